# Latchkey. `make help` lists what there is; every target sets up what it needs.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := bin/latchkey
TOOLS := bin/tools
GOLANGCI_LINT_VERSION := v2.15.0
NFPM_VERSION := v2.44.2
GOLANGCI_LINT := $(TOOLS)/golangci-lint-$(GOLANGCI_LINT_VERSION)
NFPM := $(TOOLS)/nfpm-$(NFPM_VERSION)

# One set of flags everywhere, so that building, testing and packaging share what is compiled.
export GOFLAGS := -trimpath -buildvcs=false $(GOFLAGS)

FUZZTIME ?= 1m
RELEASE ?= trixie
BENCH ?= .
SOAK ?= 58m
SPEED ?= 25
ARGS ?=
TABLE ?=

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: deps
deps: ## install what building and running need of the system
	@.ci/deps build run

.PHONY: test-deps
test-deps: ## install what the tests and the package need as well
	@.ci/deps build run test package

.PHONY: build
build: deps ## the program: bin/latchkey
	go build -o $(BIN) ./cmd/latchkey

.PHONY: run
run: build ## start the window; ARGS="URL" plays that
	$(BIN) $(ARGS)

.PHONY: demo
demo: build ## watch the embedded demo service; without a display, play 10 s of it into demo.png
	@.ci/demo $(BIN) $(ARGS)

.PHONY: test
test: test-deps ## every check: format, vet, lint, tests with -race, fuzzing, end to end, package
	@.ci/check

.PHONY: test-release
test-release: ## make test on a fresh RELEASE of Debian (trixie, bookworm): debootstrap, root or sudo; FRESH=1 makes it again
	@.ci/deps release
	@.ci/release $(RELEASE)

.PHONY: lint
lint: deps $(GOLANGCI_LINT) ## golangci-lint alone
	$(GOLANGCI_LINT) run ./...

.PHONY: fmt
fmt: $(GOLANGCI_LINT) ## format the source
	$(GOLANGCI_LINT) fmt ./...

.PHONY: soak
soak: deps ## a day of a live stream in an hour: no picture missing, no memory growing; SOAK=10m is shorter, SPEED=1 SOAK=30m in real time
	LATCHKEY_SOAK=$(SOAK) LATCHKEY_SOAK_SPEED=$(SPEED) go test -count 1 -timeout 0 -run TestLongLive -v ./player

.PHONY: bench
bench: deps ## the benchmarks; BENCH=REGEXP picks some
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: fuzz
fuzz: deps ## fuzz each target for FUZZTIME (1m)
	@.ci/fuzz $(FUZZTIME)

.PHONY: hostile
hostile: test-deps ## open every hostile input with probe, in real time, in the window and with SIGTERM; TABLE=FILE keeps the figures
	LATCHKEY_HOSTILE=all LATCHKEY_HOSTILE_TABLE=$(abspath $(TABLE)) go test -count 1 -timeout 0 -run 'TestHostile|TestOrdinary' -v ./cmd/latchkey

.PHONY: package
package: ## the Debian package: dist/latchkey_VERSION_ARCH.deb
	@.ci/deps build package
	@$(MAKE) --no-print-directory $(NFPM)
	@assets/package/deb $(NFPM)

.PHONY: libav-matrix
libav-matrix: deps ## compile player/libav against the FFmpeg of other Debian releases
	player/libav/testdata/matrix.sh

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist demo.png

# The tools are built once from pinned sources of the Go module proxy.
.PHONY: tools
tools: $(GOLANGCI_LINT) $(NFPM)

$(GOLANGCI_LINT):
	.ci/tool github.com/golangci/golangci-lint/v2/cmd/golangci-lint $(GOLANGCI_LINT_VERSION) $@

$(NFPM):
	.ci/tool github.com/goreleaser/nfpm/v2/cmd/nfpm $(NFPM_VERSION) $@
