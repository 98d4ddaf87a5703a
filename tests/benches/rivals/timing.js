// The result of a call, or the median of its times in nanoseconds.

async function answer(call, count) {
  if (count === 0) {
    const result = await call();
    return typeof result === "string" ? result : JSON.stringify(result);
  }
  const times = [];
  for (let turn = 0; turn < count; turn += 1) {
    const start = process.hrtime.bigint();
    await call();
    times.push(Number(process.hrtime.bigint() - start));
  }
  times.sort((one, other) => one - other);
  return times[Math.floor(count / 2)];
}

exports.answer = answer;
