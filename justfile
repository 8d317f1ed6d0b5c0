# What one can do here. Every recipe is a plain command that works without just.

# Serve the API on an embedded SQLite file (or DATABASE_URL)
serve *options:
    cargo run --release -- serve {{options}}

# Apply pending migrations (--status tells, --down N undoes)
migrate *options:
    cargo run --release -- migrate {{options}}

# Play the main job against a running server
demo base="http://127.0.0.1:8000":
    cargo run --example demo -- {{base}}

# Run every test; PostgreSQL's half runs where a server answers (TEST_POSTGRES_URL)
test *filter:
    cargo test --workspace {{filter}}

# Format, lint, check the layers, build the docs and test, as CI does
ci:
    bash .ci/run

# Format the code
fmt:
    cargo fmt --all

# Lint the code
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Check the dependencies between the crates
layers:
    bash .ci/layers

# Build the crates' documentation
doc:
    cargo doc --workspace --no-deps --document-private-items

# Write docs/openapi.json anew
openapi:
    cargo run -- openapi > docs/openapi.json
