//! The modules that the fuzz targets share with the tests of the core: the parties, the world and the properties.

#[path = "../core/forge.rs"]
#[allow(dead_code, reason = "the tests forge more than the fuzz targets")]
mod forge;
#[path = "../core/parties.rs"]
#[allow(dead_code, reason = "the tests have more parties than the fuzz targets")]
mod parties;
mod properties;
#[path = "../core/world.rs"]
#[allow(dead_code, reason = "the tests change the world more than the fuzz targets")]
mod world;

/// Checks the property with this name on any bytes; panics if it does not hold.
pub fn run(name: &str, data: &[u8]) {
    let (_, property) = properties::ALL.into_iter().find(|(known, _)| *known == name).unwrap();
    property(data);
}
