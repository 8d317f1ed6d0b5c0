# The index of tasks. Every recipe is a plain command that works without just.

# List the recipes
default:
    @just --list

# Serve the API on an embedded SQLite file, or on DATABASE_URL
serve *options:
    cargo run --release -- serve {{options}}

# Apply pending migrations; --status lists them, --down N undoes the last N
migrate *options:
    cargo run --release -- migrate {{options}}

# Fill an empty database with 200 test users, all with the password Password123!
demo-data *options:
    cargo run --release -- seed --users 200 --tutors 40 --follows 10 --celebrity 100 {{options}}

# Walk through the main use case against a running server
demo base="http://127.0.0.1:8000":
    cargo run --example demo -- {{base}}

# Run all tests; those for PostgreSQL need a server at TEST_POSTGRES_URL
test *filter:
    cargo test --workspace {{filter}}

# Test the tests of the domain by mutating its code
mutants *options:
    cargo mutants --package astegni-domain --test-package astegni-domain {{options}}

# Measure the pure core, next to the rrule crate
bench-core *options:
    cargo bench --package astegni-domain --bench core -- {{options}}

# Measure Astegni beside a FastAPI implementation on PostgreSQL, then alone on SQLite; see docs/benchmarks.md
bench *options:
    python3 bench/run.py side-by-side {{options}} && python3 bench/run.py side-by-side --database sqlite {{options}}

# Measure the share of what pgbench reaches with the same statements
bench-limit *options:
    python3 bench/run.py limit {{options}}

# Measure databases of 10 000, 100 000 and 1 000 000 users; --database sqlite uses files
bench-growth *options:
    python3 bench/run.py growth {{options}}

# Measure the time to the first response and the resident memory
bench-footprint *options:
    python3 bench/run.py footprint {{options}}

# Measure the delivery of events over sockets, and the memory of idle ones
bench-live *options:
    python3 bench/run.py live {{options}}

# Run everything that CI runs
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

# Check the wording of doc comments; VERBOSE=1 lists the findings
doc-comments:
    bash .ci/doc-comments

# Check bans, licences and sources of all dependencies, offline
deny:
    cargo deny check bans licenses sources

# Check all dependencies against the advisory database, which is fetched
advisories:
    cargo deny check advisories

# Build the documentation of the crates
doc:
    cargo doc --workspace --no-deps --document-private-items

# Regenerate docs/openapi.json
openapi:
    cargo run -- openapi > docs/openapi.json
