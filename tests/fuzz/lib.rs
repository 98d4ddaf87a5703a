//! What the fuzz targets share with the tests of the core: the cast, the world and the properties.

#[path = "../core/forge.rs"]
#[allow(dead_code, reason = "the tests forge more than the fuzz targets do")]
mod forge;
#[path = "../core/parties.rs"]
#[allow(dead_code, reason = "the tests know more people than the fuzz targets do")]
mod parties;
mod properties;
#[path = "../core/world.rs"]
#[allow(dead_code, reason = "the tests change the world more than the fuzz targets do")]
mod world;

/// Holds the property of that name against any bytes; panics where it does not hold.
pub fn run(name: &str, data: &[u8]) {
    let (_, property) = properties::ALL.into_iter().find(|(known, _)| *known == name).unwrap();
    property(data);
}
