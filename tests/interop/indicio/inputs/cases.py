"""The cases by name: functions without arguments, whose results or errors are compared."""

# ruff: noqa: ANN001, ANN201, ANN202

CASES = {}


def case(name):
    def register(function):
        CASES[name] = function
        return function

    return register
