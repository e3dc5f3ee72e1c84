//! Builds the guests.

fn main() -> anyhow::Result<()> {
    for guest in ["misbehaving", "versions"] {
        let sources = [
            &format!("tests/guests/{guest}/src"),
            "tests/guests/src",
            &format!("tests/guests/{guest}/Cargo.toml"),
        ];
        component_builder::build(guest, &format!("{guest}.wasm"), &sources)?;
    }
    Ok(())
}
