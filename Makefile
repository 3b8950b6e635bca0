# The commands of riskd. Each does all its own set-up on Debian 12 with a Swift 6 toolchain,
# git, make and Python 3; what it does is written in packaging/scripts/.

SCRIPTS := packaging/scripts
KILLS ?= 100
N ?= $(KILLS)
RUNS ?= 100000
OPS ?= 10000000
SEED ?= 1

.PHONY: help demo test run bench bench-limits protos protos-check lint format test-clients crash-test crash-points simulate sanitize fuzz attack clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Decide 1,000 real loan applications over gRPC and print a summary
	@$(SCRIPTS)/demo.sh

test: ## Build, run the Swift and the Python tests; ends with 'N passed, N failed'
	@$(SCRIPTS)/test.sh

run: ## Release build, then riskd with the demo tenant in the foreground
	@$(SCRIPTS)/run.sh

bench: ## Server CPU per call beside nghttpd, then the ledger beside Redis and PostgreSQL
	@$(SCRIPTS)/bench.sh

bench-limits: ## The ledger alone: rates, latency, memory and restart beside what is asked
	@$(SCRIPTS)/bench.sh --limits

protos: ## Write the generated C and the Python stubs again from Protos/
	@$(SCRIPTS)/protos.sh

protos-check: ## Fail when generated files are not what Protos/ gives
	@$(SCRIPTS)/protos.sh --check

lint: ## The formatter's opinion of every Swift file, strictly
	@$(SCRIPTS)/lint.sh

format: ## Let the formatter rewrite every Swift file
	@$(SCRIPTS)/lint.sh --fix

test-clients: ## Python clients' tests only: riskd, gRPC interop and conformance cases
	@$(SCRIPTS)/test.sh --clients

crash-test: ## Kill -9 a loaded server N times (100), look for everything acknowledged
	@$(SCRIPTS)/crash-test.sh --kills $(N)

crash-points: ## End riskd at every file operation, cut its power, flip 1,000 bits (half an hour)
	@$(SCRIPTS)/crash-points.sh

simulate: ## OPS ledger operations (10,000,000) in simulated worlds from SEED (1) on
	@$(SCRIPTS)/simulate.sh --ops $(OPS) --seed $(SEED)

sanitize: ## The Swift tests under the address and the thread sanitizer
	@$(SCRIPTS)/sanitize.sh

fuzz: ## RUNS inputs (100,000) of libFuzzer's making into each of the transport's fuzz targets
	@RUNS=$(RUNS) $(SCRIPTS)/fuzz.sh

attack: ## Every attack of the table, with the bound of each as measured
	@$(SCRIPTS)/test.sh --attacks

clean: ## Remove what the other commands built (not the data)
	rm -rf .build .build-address .build-thread .build-fuzz .build-simulate .venv
