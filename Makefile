# Every target works on a bare Debian 12 with Go; `make install-deps` fetches
# what the end-to-end tests and the package need besides.
GO      ?= go
VERSION ?= $(shell sed -n 's/^- semver: *//p' packaging/changelog.yaml | head -n 1)
LDFLAGS := -s -w -X main.version=$(VERSION)
FUZZTIME ?= 10s
ARCH    := $(shell $(GO) env GOARCH)
DEB     := dist/rtpgo_$(VERSION)-1_$(ARCH).deb
TOOLS   := bin/tools

.PHONY: all build page test race check fuzz bench bench-compare e2e demo deb test-deb run conformance install-deps clean

all: build

# One static binary: it runs on any Linux, whatever its C library.
build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/rtpgo ./cmd/rtpgo

# Rebuilds the live page, which the binary embeds: needs node 20 and npm. The
# built files are in the repository, so that nothing else does.
PAGE := cmd/rtpgo/internal/page/web
page:
	npm --prefix $(PAGE) ci
	npm --prefix $(PAGE) run build

# Unit tests; they pass without root too (what needs it is skipped and says so).
test:
	.ci/test

race:
	.ci/test -race

check: $(TOOLS)/staticcheck
	@files=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	if [ -n "$$files" ]; then echo "gofmt -w these files:" $$files; exit 1; fi
	$(GO) vet ./...
	$(TOOLS)/staticcheck ./...

# Each fuzz target in the tree for FUZZTIME; FUZZ=name picks some.
fuzz:
	.ci/fuzz $(FUZZTIME) $(FUZZ)

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# bench-compare measures rtpgo beside Debian's rtpengine (needs root) and
# writes the tables in docs/performance.md. PEER and BENCH name another peer
# and further options.
PEER ?= /usr/bin/rtpengine
bench-compare: build
	@[ -x $(PEER) ] || .ci/install-deps bench
	$(GO) build -trimpath -o bin/rtpgo-bench ./cmd/rtpgo-bench
	bin/rtpgo-bench compare --peer $(PEER) --rtpgo bin/rtpgo --out docs/performance.md $(BENCH)

# Real calls through real Kamailio in network namespaces; needs root.
e2e: build
	e2e/run

demo: build
	e2e/demo

# The daemon alone on loopback, NG on 127.0.0.1:22222.
run: build
	bin/rtpgo --foreground --log-stderr --config-file=none --table=-1 \
		--interface=public/127.0.0.1 --interface=private/127.0.0.2 --listen-ng=127.0.0.1:22222

# Replays the recorded conversations; no tag may fall below its recorded score.
conformance: build
	.ci/conformance

deb: $(DEB)
$(DEB): build $(TOOLS)/nfpm
	VERSION=$(VERSION) ARCH=$(ARCH) packaging/build-deb $@

test-deb: deb
	packaging/test-deb $(DEB)

install-deps:
	.ci/install-deps

$(TOOLS)/staticcheck: packaging/tools/go.sum
	$(GO) -C packaging/tools build -o ../../$@ honnef.co/go/tools/cmd/staticcheck

$(TOOLS)/nfpm: packaging/tools/go.sum
	$(GO) -C packaging/tools build -o ../../$@ github.com/goreleaser/nfpm/v2/cmd/nfpm

clean:
	rm -rf bin dist
