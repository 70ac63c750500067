# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 the doorward developers
#
# doorward is built with GNU make alone; `make help` lists the targets.
# CC CFLAGS CPPFLAGS LDFLAGS belong to the user; the flags that the program needs are added to them.

VERSION := 0.1.0
CC ?= cc
CLANG ?= clang
PYTHON ?= /usr/bin/python3
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
DOCDIR ?= $(DATADIR)/doc/doorward
SYSCONFDIR ?= /etc
LOCALSTATEDIR ?= /var
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
BASHCOMPDIR ?= $(DATADIR)/bash-completion/completions
ZSHCOMPDIR ?= $(DATADIR)/zsh/site-functions
V ?= 0
JOBS ?= $(shell nproc)
SYSTEMD ?= $(shell $(PKG_CONFIG) --exists libsystemd 2>/dev/null && echo 1)
SECCOMP ?= $(shell $(PKG_CONFIG) --exists libseccomp 2>/dev/null && echo 1)
PSL ?= $(shell $(PKG_CONFIG) --exists libpsl 2>/dev/null && echo 1)

# One build folder per flavour: the flavour's own flags, and a name for its folder.
FLAVOUR ?= release
empty :=
# A library narrowed by FOLDERS must not be used in place of the whole one.
narrowed := $(if $(filter command,$(firstword $(origin FOLDERS))),$(subst $(empty) $(empty),-,$(addprefix -,$(FOLDERS))))
BUILD ?= build/$(FLAVOUR)$(narrowed)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# -O2 -g takes twice the time to compile with sanitizers; a report needs only the lines. clang is for its warnings.
cflags_asan := -O1 -g1
cflags_fuzz := -O1 -g1
cflags_clang := -O1
CFLAGS ?= $(or $(cflags_$(FLAVOUR)),-O2 -g)
flavour_cflags_asan := $(SANITIZE)
flavour_cflags_fuzz := $(SANITIZE) -fsanitize=fuzzer-no-link
# Linked statically, a program starts and ends in three quarters of the time: tests start it some thousand times.
flavour_ldflags_asan := $(SANITIZE) -static-libasan -static-libubsan
flavour_ldflags_fuzz := $(SANITIZE)
hardening_release := -D_FORTIFY_SOURCE=2
hardening_clang := -D_FORTIFY_SOURCE=2
ifneq ($(filter fuzz clang,$(FLAVOUR)),)
override CC := $(CLANG)
endif

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wcast-qual \
	-Wwrite-strings -Wvla -Wformat=2 -Wundef -Wimplicit-fallthrough -Wno-unused-parameter
WERROR ?=
CET := $(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
LIBS := fcgi libssl libcrypto inih jansson libpcre2-8 libuv $(if $(SYSTEMD),libsystemd) $(if $(PSL),libpsl) $(if $(SECCOMP),libseccomp)
# These two come without a .pc file.
PLAIN_LIBS := -lldns -lhttp_parser
# pkg-config runs once, and not for each file.
lib_cflags := $(shell $(PKG_CONFIG) --cflags $(LIBS) 2>/dev/null)
lib_libs := $(shell $(PKG_CONFIG) --libs $(LIBS) 2>/dev/null)
dw_cflags = -std=c17 $(WARNINGS) $(if $(WERROR),-Werror) -fPIE -fstack-protector-strong $(CET) -pthread \
	-MMD -MP $(flavour_cflags_$(FLAVOUR))
dw_cppflags = -D_GNU_SOURCE -Isrc -DDW_VERSION='"$(VERSION)"' \
	$(if $(SYSTEMD),-DDW_SYSTEMD=1,-DDW_SYSTEMD=0) $(if $(PSL),-DDW_PSL=1,-DDW_PSL=0) \
	$(if $(SECCOMP),-DDW_SECCOMP=1,-DDW_SECCOMP=0) \
	$(hardening_$(FLAVOUR)) $(lib_cflags)
dw_ldflags = -pie -Wl,-z,relro,-z,now -pthread $(flavour_ldflags_$(FLAVOUR))
dw_libs = $(lib_libs) $(PLAIN_LIBS)

compile = $(CC) $(dw_cppflags) $(CPPFLAGS) $(dw_cflags) $(CFLAGS)
link = $(CC) $(dw_cflags) $(CFLAGS) $(dw_ldflags) $(LDFLAGS)
quiet = $(if $(filter 1,$(V)),,@printf '  %-5s %s\n' '$(1)' '$(subst $(BUILD)/,,$@)';)

# With FOLDERS="base dns" on the command line, the library and its tests have only these folders.
FOLDERS ?= base log sandbox store dns cert mmdb agent policy ban net import fcgi http config shared authz audit metrics recent explain page worker daemon cli doctor
sources := $(sort $(shell find $(addprefix src/,$(FOLDERS)) -name '*.c'))
objects := $(patsubst src/%.c,$(BUILD)/src/%.o,$(sources))
library := $(BUILD)/libdoorward.a
# The tests of nginx's module include its sources.
unit_sources := $(sort $(shell find $(wildcard $(addprefix tests/unit/,$(FOLDERS) $(if $(narrowed),,nginx-module))) -name 'test_*.c'))
unit_programs := $(patsubst tests/%.c,$(BUILD)/tests/%,$(unit_sources))
scenario_sources := $(if $(filter dns,$(FOLDERS)),$(sort $(wildcard tests/scenario/test_*.c)))
scenario_programs := $(patsubst tests/%.c,$(BUILD)/tests/%,$(scenario_sources))
scenario_objects := $(patsubst tests/%.c,$(BUILD)/tests/%.o,$(filter-out $(scenario_sources),$(wildcard tests/scenario/*.c)))
bench_programs := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
FUZZERS ?= $(sort $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c)))

.PHONY: all check-browser check-deb check-package deb demo deps check check-in check-container nginx-module install-nginx-module uninstall-nginx-module test unit unit-programs scenario integration integration-programs asan clang fuzz fuzz-minimize fuzz-replay soak bench bench-check profile lint layers format install uninstall clean help quick
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/doorward

help:
	@echo 'all          build $(BUILD)/doorward (CC CFLAGS CPPFLAGS LDFLAGS V=1 are yours)'
	@echo 'demo         install what is missing, build, show allowed and denied requests behind a real nginx (KEEP=1: keep it running)'
	@echo 'check        install what is missing, pass all tests, with sanitizers, both compilers and the linters'
	@echo 'quick        lint, unit and scenario: for each change'
	@echo 'check-container  the image of contrib/container on a tree of Debian (SUITE=bookworm, CONTAINER_STORE)'
	@echo 'check-browser  the page of the admin listener in chromium, which is installed if it is missing'
	@echo 'check-in     demo and check in a fresh tree of another release (SUITE=trixie; TARGETS="demo check", KEEP=1, FRESH=1, CHECK_IN_DIR)'
	@echo 'unit         unit tests (cmocka); scenario: the resolver with simulated time and network'
	@echo 'integration  tests against real servers (pytest; ARGS="-k name")'
	@echo 'asan         unit, scenario, fuzz corpora and integration under ASan and UBSan'
	@echo 'fuzz         run each libFuzzer target for SECONDS_EACH seconds (FUZZERS="fcgi_record config"); fuzz-replay: corpora only'
	@echo 'fuzz-minimize make the corpora of tests/fuzz/corpus small, after make fuzz'
	@echo 'soak         10,000 requests, 100 reloads and a TERM under valgrind; lists of a million lines beside a naive reference; a storm through each front end; a million hostile byte streams under ASan; every call of each kind failing in turn, under valgrind and ASan'
	@echo 'bench        speed, beside baselines of the same run (ARGS="wire nginx": groups; ARGS=record: keep the ratios); bench-check: fails where a ratio has become worse'
	@echo 'profile      instructions, system calls and allocations of one cached request'
	@echo 'lint         layers, clang-format, cppcheck, mandoc; format: rewrite the sources with clang-format'
	@echo 'nginx-module build/nginx-module/ngx_http_doorward_module.so, for the nginx whose nginx-dev is installed; install-nginx-module, uninstall-nginx-module (NGINXMODDIR NGINXCONFDIR DESTDIR)'
	@echo 'deb          Debian packages in build/deb, and lintian; installs what is missing (VERSION, DEB_BUILD_OPTIONS)'
	@echo 'check-deb    build the packages in a fresh tree of a release (SUITE=trixie), install, upgrade, remove and purge them in another, under systemd'
	@echo 'check-package  install, upgrade, remove and purge the packages in a container over this machine (root)'
	@echo 'deps         install missing Debian packages'
	@echo 'install      PREFIX SBINDIR MANDIR DATADIR DOCDIR SYSCONFDIR LOCALSTATEDIR UNITDIR SYSUSERSDIR TMPFILESDIR BASHCOMPDIR ZSHCOMPDIR DESTDIR; uninstall: keeps changed configuration'
	@echo 'clean        remove build/'

$(BUILD)/src/%.o: src/%.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(compile) -c -o $@ $<

# What an .incbin of the assembler reads.
$(BUILD)/src/page/assets.o: src/page/page.css src/page/page.js

$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(compile) -Itests -c -o $@ $<

# Three objects have the paths: with other paths, only these are compiled again.
paths := $(BUILD)/paths
paths_are := $(SYSCONFDIR) $(LOCALSTATEDIR)
with_paths := $(BUILD)/src/cli/paths.o $(BUILD)/src/config/schema_bans.o $(BUILD)/src/config/schema_agents.o
$(with_paths): compile += -DDW_SYSCONFDIR='"$(SYSCONFDIR)"' -DDW_LOCALSTATEDIR='"$(LOCALSTATEDIR)"'
$(with_paths): $(paths)
ifneq ($(file <$(paths)),$(paths_are))
.PHONY: $(paths)
endif
$(paths):
	@mkdir -p $(@D)
	@echo '$(paths_are)' >$@

# The code of a test runs once: compiled without optimization, it costs half as much. What it tests stays as it is.
$(BUILD)/tests/unit/%.o $(BUILD)/tests/scenario/%.o: compile += -O0 -U_FORTIFY_SOURCE

$(library): $(objects)
	$(call quiet,AR)rm -f $@ && ar rcs $@ $(objects)

$(BUILD)/doorward: $(BUILD)/src/main.o $(library)
	$(call quiet,LD)$(link) -o $@ $^ $(dw_libs)

$(unit_programs): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(library)
	$(call quiet,LD)$(link) -o $@ $^ $(dw_libs) -lcmocka

$(scenario_programs): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(scenario_objects) $(library)
	$(call quiet,LD)$(link) -o $@ $^ $(dw_libs) -lcmocka

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(library)
	@mkdir -p $(@D)
	$(call quiet,LD)$(link) -o $@ $^ $(dw_libs) -lm

$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/fuzz_%.o $(library)
	@mkdir -p $(@D)
	$(call quiet,LD)$(link) -fsanitize=fuzzer -o $@ $^ $(dw_libs)

$(BUILD)/replay/%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(library)
	@mkdir -p $(@D)
	$(call quiet,LD)$(link) -o $@ $^ $(dw_libs)

# One build for all flavours: nginx's own configure takes most of its time.
nginx_module := build/nginx-module/ngx_http_doorward_module.so
NGINXMODDIR ?= /usr/lib/nginx/modules
NGINXCONFDIR ?= /etc/nginx/modules-enabled

nginx-module: $(nginx_module)

$(nginx_module): $(wildcard contrib/nginx-module/*)
	+$(call quiet,NGINX)contrib/nginx-module/build $(@D)

# nginx runs the handlers of the module that is loaded last first: 95 is after Debian's own.
install-nginx-module: $(nginx_module)
	install -D -m 644 -t $(DESTDIR)$(NGINXMODDIR) $(nginx_module)
	install -D -m 644 -t $(DESTDIR)$(MANDIR)/man8 contrib/nginx-module/ngx_http_doorward_module.8
	install -d $(DESTDIR)$(NGINXCONFDIR)
	echo 'load_module $(NGINXMODDIR)/ngx_http_doorward_module.so;' >$(DESTDIR)$(NGINXCONFDIR)/95-mod-http-doorward.conf

uninstall-nginx-module:
	rm -f $(DESTDIR)$(NGINXMODDIR)/$(notdir $(nginx_module)) $(DESTDIR)$(MANDIR)/man8/ngx_http_doorward_module.8 \
		$(DESTDIR)$(NGINXCONFDIR)/95-mod-http-doorward.conf

# Without the flags of a flavour: it lives beside the sanitizers of the programs.
faults := build/faults/faults.so

$(faults): tests/faults/faults.c
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) -std=gnu17 -D_GNU_SOURCE -O1 -g -Wall -Wextra $(if $(WERROR),-Werror) -fPIC -fno-builtin -shared -o $@ $<

deps:
	@tests/tools/deps build check deb

unit-programs: $(unit_programs) $(scenario_programs)

unit: $(unit_programs)
	@tests/tools/run-tests $(unit_programs)

scenario: $(scenario_programs)
	@tests/tools/run-tests $(scenario_programs)

fuzz-replay: $(addprefix $(BUILD)/replay/,$(FUZZERS))
	@for f in $(FUZZERS); do $(BUILD)/replay/$$f tests/fuzz/corpus/$$f || exit 1; done

# nginx-dev's headers are for one version of nginx; without them, the tests of the module are skipped.
integration-programs: $(BUILD)/doorward $(bench_programs) $(faults) $(if $(wildcard /usr/share/nginx/src/configure),nginx-module)

# Tests often wait for a front end or a name server: two processes more than processors keep the processors busy.
TEST_PROCESSES ?= $(shell expr $(JOBS) + 2)
integration: integration-programs
	DOORWARD=$(abspath $(BUILD)/doorward) $(PYTHON) -B -m pytest -q -p no:cacheprovider \
		-n $(TEST_PROCESSES) --dist loadfile tests/integration -rfEs $(ARGS)

asan:
	$(MAKE) -j$(JOBS) FLAVOUR=asan WERROR=1 unit scenario fuzz-replay integration-programs
	$(MAKE) FLAVOUR=asan WERROR=1 integration

# Chromium is large: `make check` skips what needs it, unless it is there.
check-browser:
	@tests/tools/deps build check browser
	$(MAKE) -j$(JOBS) integration-programs
	DOORWARD=$(abspath $(BUILD)/doorward) $(PYTHON) -B -m pytest -q -p no:cacheprovider tests/integration/test_page_browser.py -rfEs $(ARGS)

clang:
	$(MAKE) -j$(JOBS) FLAVOUR=clang WERROR=1 all unit scenario

bench_run = DOORWARD=$(abspath $(BUILD)/doorward) BENCH=$(abspath $(BUILD)/bench) PYTHONPATH=tests/integration $(PYTHON) -B

bench:
	@tests/tools/deps build bench
	@$(MAKE) --no-print-directory $(BUILD)/doorward $(bench_programs) nginx-module
	@$(bench_run) tests/bench/bench.py $(ARGS)

bench-check:
	@$(MAKE) --no-print-directory bench ARGS="check $(ARGS)"

profile:
	@tests/tools/deps build bench
	@$(MAKE) --no-print-directory $(BUILD)/doorward $(bench_programs) nginx-module
	@$(bench_run) tests/bench/profile.py

SECONDS_EACH ?= 60
fuzz:
	$(MAKE) FLAVOUR=fuzz $(addprefix build/fuzz/fuzz/,$(FUZZERS))
	@tests/tools/fuzz run build/fuzz/fuzz $(SECONDS_EACH) $(FUZZERS)

fuzz-minimize:
	$(MAKE) FLAVOUR=fuzz $(addprefix build/fuzz/fuzz/,$(FUZZERS))
	@tests/tools/fuzz minimize build/fuzz/fuzz $(FUZZERS)

soak: all $(faults)
	DOORWARD=$(abspath $(BUILD)/doorward) DOORWARD_FAULTS_FULL=1 $(PYTHON) -B -m pytest -q -p no:cacheprovider -n $(JOBS) --dist load \
		tests/integration/test_faults.py tests/integration/test_exhaustion.py
	DOORWARD=$(abspath $(BUILD)/doorward) DOORWARD_FAULTS_FULL=valgrind $(PYTHON) -B -m pytest -q -p no:cacheprovider -n $(JOBS) --dist load \
		tests/integration/test_faults.py -k 'memory and (requests or reload or list or log)'
	DOORWARD=$(abspath $(BUILD)/doorward) $(PYTHON) -B -m pytest -q -s -p no:cacheprovider tests/integration/soak.py -k 'leak or lists or storm'
	$(MAKE) FLAVOUR=asan all
	DOORWARD=$(abspath build/asan/doorward) DOORWARD_FAULTS_FULL=1 $(PYTHON) -B -m pytest -q -p no:cacheprovider -n $(JOBS) --dist load \
		tests/integration/test_faults.py tests/integration/test_exhaustion.py -k 'not memory and not zone'
	DOORWARD=$(abspath build/asan/doorward) $(PYTHON) -B -m pytest -q -s -p no:cacheprovider tests/integration/soak.py -k streams

lint: layers
	@tests/tools/lint

layers:
	@tests/tools/layers

format:
	@tests/tools/format

test: unit scenario fuzz-replay integration

# For each change: about a minute on 2 processors.
quick:
	$(MAKE) -j$(JOBS) WERROR=1 lint all unit scenario

check:
	@tests/tools/deps build check deb
	$(MAKE) quick
	$(MAKE) clang
	$(MAKE) asan
	@# A build with AddressSanitizer has no sandbox.
	$(MAKE) -j$(JOBS) WERROR=1 integration-programs
	$(MAKE) integration ARGS="-k sandbox"
	$(MAKE) check-package

check-in:
	@tests/tools/deps check-in
	@tests/tools/check-in '$(SUITE)'

check-container: all
	@tests/tools/deps container check-in
	@tests/tools/check-container $(or $(SUITE),bookworm)

demo:
	@tests/tools/deps build demo
	@$(MAKE) --no-print-directory all
	@DOORWARD=$(abspath $(BUILD)/doorward) KEEP=$(KEEP) conf/demo/run

# The table of what is installed where is in contrib/install/files.
install_files = @BUILD='$(BUILD)' DESTDIR='$(DESTDIR)' SBINDIR='$(SBINDIR)' MANDIR='$(MANDIR)' DATADIR='$(DATADIR)' DOCDIR='$(DOCDIR)' \
	SYSCONFDIR='$(SYSCONFDIR)' LOCALSTATEDIR='$(LOCALSTATEDIR)' UNITDIR='$(UNITDIR)' SYSUSERSDIR='$(SYSUSERSDIR)' \
	TMPFILESDIR='$(TMPFILESDIR)' BASHCOMPDIR='$(BASHCOMPDIR)' ZSHCOMPDIR='$(ZSHCOMPDIR)' contrib/install/files

install: $(BUILD)/doorward
	$(install_files) install

uninstall:
	$(install_files) uninstall

deb:
	@tests/tools/deps build deb
	@JOBS=$(JOBS) contrib/install/deb $(VERSION)

# The packages over this machine's own root; check-deb does the same in trees without anything else.
check-package: all deb
	DOORWARD=$(abspath $(BUILD)/doorward) $(PYTHON) -B -m pytest -q -rs -n 2 -p no:cacheprovider tests/integration/package.py $(ARGS)

check-deb:
	@tests/tools/deps check-in check
	@ARGS='$(ARGS)' tests/tools/check-deb '$(SUITE)'

clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
