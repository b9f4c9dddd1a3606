package io.kubeqat.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The image tar, as a container runtime will read it.
class IngressImageIT {
    private static final Path TARGET = Path.of("target");
    private static final long LIMIT = 27_000_000;
    private static ImageTar image;

    @BeforeAll
    static void read() throws IOException {
        image = ImageTar.read(TARGET.resolve("jib-image.tar"));
    }

    @Test
    void startsThePreflightAndThenTheUpstreamsScriptAsTheUpstreamsUser() {
        assertThat(image.config())
                .containsEntry("User", "99:99")
                .containsEntry("Entrypoint", List.of("/usr/bin/dumb-init", "--", "/usr/local/sbin/qat-preflight", "/start.sh"))
                .containsEntry("Env", List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
                .containsEntry("ExposedPorts", Map.of("8080/tcp", Map.of(), "8443/tcp", Map.of(), "9101/tcp", Map.of(), "10253/tcp", Map.of(), "10254/tcp", Map.of()));
    }

    @Test
    void saysWhatItIs() {
        assertThat(image.config().get("Labels")).asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.map(String.class, String.class))
                .containsEntry("org.opencontainers.image.title", "ingress-image")
                .containsEntry("org.opencontainers.image.version", System.getProperty("project.version"))
                .hasEntrySatisfying("org.opencontainers.image.licenses", licences -> assertThat(licences).contains("GPL-2.0-or-later"));
    }

    @ParameterizedTest
    @CsvSource({
        "bin/sh, 755, 0", "usr/bin/dumb-init, 755, 0", "usr/bin/cp, 755, 0", "usr/bin/cut, 755, 0", "usr/bin/cat, 755, 0",
        "start.sh, 755, 0", "haproxy-reload.sh, 755, 0", "haproxy-shutdown.sh, 755, 0", "haproxy-ingress-controller, 755, 0",
        "usr/local/sbin/haproxy, 755, 0", "usr/local/sbin/qat-preflight, 755, 0", "usr/share/kube-qat/sbom.json, 644, 0", "lib64/ld-linux-x86-64.so.2, 755, 0",
        "usr/lib/x86_64-linux-gnu/engines-3/qat.so, 644, 0", "usr/lib/x86_64-linux-gnu/engines-3/qatengine.so, 644, 0",
        "usr/lib/x86_64-linux-gnu/libqat.so.4, 644, 0",
        "usr/lib/x86_64-linux-gnu/libusdm.so.0, 644, 0", "usr/lib/x86_64-linux-gnu/libcrypto_mb.so.11, 644, 0",
        "usr/lib/x86_64-linux-gnu/libgcc_s.so.1, 644, 0", "usr/lib/x86_64-linux-gnu/lua/5.4/lpeg.so, 644, 0",
        "usr/share/lua/5.4/json.lua, 644, 0", "etc/ssl/certs/ca-certificates.crt, 644, 0",
        "etc/templates/haproxy/haproxy.tmpl, 644, 0", "etc/templates/map/map.tmpl, 644, 0", "etc/templates/crtlist/crtlist.tmpl, 644, 0",
        "etc/templates/modsecurity/modsecurity.tmpl, 644, 0", "etc/templates/responses/response.http.tmpl, 644, 0",
        "etc/templates/responses/responses.lua.tmpl, 644, 0", "etc/templates/peers/peers.lua.tmpl, 644, 0",
        "etc/lua/auth-request.lua, 644, 0", "etc/lua/services.lua, 644, 0",
        "etc/haproxy, 755, 99", "var/lib/haproxy, 755, 99", "var/run/haproxy, 755, 99", "tmp, 1777, 0", "var/empty, 0, 0",
        "usr/share/kube-qat/packages, 644, 0", "usr/share/kube-qat/built, 644, 0", "usr/share/doc/haproxy/copyright, 644, 0",
        "usr/share/doc/qatengine/copyright, 644, 0", "usr/share/doc/haproxy-ingress/copyright, 644, 0", "usr/share/doc/libc6/copyright, 644, 0"
    })
    void holdsWhatControllerAndHaproxyNeed(String name, String mode, int owner) {
        assertThat(image.files()).containsKey(name);
        TarEntry entry = image.files().get(name);
        assertThat(List.of(Integer.toOctalString(entry.mode()), entry.uid(), entry.gid())).containsExactly(mode, owner, owner);
    }

    @Test
    void holdsPlainFilesAndFoldersWithoutSpecialRights() {
        assertThat(image.files().values()).allSatisfy(entry -> {
            assertThat(entry.type()).as(entry.name()).isIn('0', '5');
            assertThat(entry.mode() & 06000).as("setuid and setgid of " + entry.name()).isZero();
            assertThat(entry.mode() & 0002).as("writable for all: " + entry.name()).isEqualTo(entry.name().startsWith("tmp") ? 0002 : 0);
        });
    }

    @Test
    void carriesNothingOfAJavaProgram() {
        assertThat(image.files().keySet()).noneMatch(name -> name.startsWith("app"));
        assertThat(image.layers()).as("Debian's files, the controller, HAProxy with its engine").isEqualTo(3);
    }

    @Test
    void isSmall() throws IOException {
        assertThat(Files.size(TARGET.resolve("jib-image.tar"))).isLessThan(LIMIT);
    }

    @Test
    void comesOutTheSameWhenPutTogetherAgain(@TempDir Path again) throws IOException, InterruptedException {
        Path links = TARGET.resolve("native");
        List<String> command = new ArrayList<>(List.of(Path.of("native/image-base").toAbsolutePath().toString()));
        for (String part : List.of("build-root", "haproxy", "engine", "preflight", "controller")) {
            command.add(links.resolve(part).toRealPath().toString());
        }
        command.addAll(List.of("patches", "engine.conf"));
        Path log = again.resolve("log");
        Path out = Files.createDirectory(again.resolve("out"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("OUT", out.toString());
        assertThat(builder.start().waitFor()).as(() -> "image-base: " + read(log)).isZero();
        assertThat(Files.mismatch(out.resolve("base.tar"), links.resolve("image-base/base.tar"))).as("first byte that differs").isEqualTo(-1);
    }

    /// As an ordinary user's build does. There dpkg-source could not rename the folder it unpacks into: "Invalid cross-device link". A patch that is none ends the
    /// recipe after that.
    @Test
    void haproxysSourceCanBeUnpackedInAUserNamespace(@TempDir Path folder) throws IOException, InterruptedException {
        Path patches = Files.createDirectory(folder.resolve("patches"));
        Files.writeString(patches.resolve("stop.patch"), "no patch\n");
        Path log = folder.resolve("log");
        ProcessBuilder builder = new ProcessBuilder("unshare", "--user", "--map-root-user", "native/haproxy", TARGET.resolve("native/build-root").toRealPath().toString(), patches.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("OUT", Files.createDirectory(folder.resolve("out")).toString());
        builder.start().waitFor();
        assertThat(read(log)).contains("applying stop.patch");
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "no log: " + e;
        }
    }
}
