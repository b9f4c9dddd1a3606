# The commands of a person at a terminal. Maven builds, build/ holds what it runs, testbed/ is the cluster, e2e/ the demo on it.
.DEFAULT_GOAL := help
.PHONY: help prerequisites images demo test bench bench-device-plugin bench-kernel bench-node-setup bench-tls bench-tls-emulated chaos clean guest-kernel site soak

MVN := mvn --batch-mode --no-transfer-progress

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-20s %s\n", $$1, $$2 }'

prerequisites: ## Install what this machine lacks (Debian, as root), and say what
	@build/prerequisites

images: prerequisites ## Build all images as tars (no daemon, no registry) and list them with size and digest
	$(MVN) -q -T 1C install -DskipTests
	@build/list-images

demo: images ## From a bare node with two simulated cards to a TLS answer on a real cluster; KEEP=1 leaves the cluster up
	@build/run-module e2e io.kubeqat.e2e.demo.DemoMain --project . $(if $(KEEP),--keep)

test: prerequisites ## Build everything and run all tests, the cluster's included
	$(MVN) --fail-at-end verify -Dexcluded.tags=
	@build/check-reproducible

bench: $(shell sed -n 's/^\(bench-[a-z-]*\):.*/\1/p' Makefile) ## Run every benchmark below, one after the other

bench-device-plugin: prerequisites ## The device plugin's image against Intel's plugin on one simulated node: start, calls, memory, CPU, faults; ROUNDS=N
	$(MVN) -q package -DskipTests -pl device-plugin -am
	@device-plugin/bench/bench-device-plugin $(ROUNDS)

bench-kernel: prerequisites ## The agents' images on a real kernel in a virtual machine, and a VF handed into a guest with our kernel: what was seen
	$(MVN) -q install -DskipTests -pl e2e -am
	$(MVN) -q verify -pl e2e -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=KernelBenchIT -Dexcluded.tags=

bench-node-setup: prerequisites ## node-setup's image against the peer's script on one simulated node: time, and what each leaves behind
	$(MVN) -q package -DskipTests -pl node-setup -am
	@node-setup/bench/bench-node-setup

bench-tls: prerequisites ## A TLS handshake's CPU in the image's HAProxy, engine as shipped, against Debian's stock HAProxy: table and plot
	$(MVN) -q package -DskipTests -pl ingress-image -am
	@ingress-image/bench/bench-tls

bench-tls-emulated: prerequisites ## The same in instructions, on an emulated CPU with AVX-512: what the software path saves, on any machine
	$(MVN) -q package -DskipTests -pl ingress-image -am
	@ingress-image/bench/bench-tls-emulated

guest-kernel: prerequisites ## Build the Kata guest kernel, or find it built, and say where it is and how large; 11 minutes the first time
	@kernel=$$(kata-kernel-config/build-guest-kernel) && \
	  echo "Linux $$(cat $$kernel/release): $$kernel/bzImage, $$(stat -c %s $$kernel/bzImage) bytes, $$(grep -c =y $$kernel/config) symbols set"

site: prerequisites ## Build the documentation, site/target/site/index.html
	$(MVN) -q package -DskipTests -pl site -am

chaos: images ## Kill the kubelet and the device plugin 100 times each on a real cluster (about six minutes); ROUNDS=N for fewer
	$(MVN) -q verify -pl e2e -DskipTests -DskipITs=false -Dit.test=DevicePluginIT -Dchaos.rounds=$(or $(ROUNDS),100)

soak: images ## 100,000 aborted handshakes, 200 reloads of HAProxy under load, 100 changes on a cluster under load; 15 minutes
	$(MVN) -q verify -pl ingress-image -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=AbortedHandshakesIT,ReloadsIT -Daborts=100000 -Dreloads=200
	$(MVN) -q verify -pl e2e -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=ControllerIT -Dreload.rounds=100

clean: ## Remove what was built here (the cache of slow builds stays: see build/cached --help)
	$(MVN) -q clean
