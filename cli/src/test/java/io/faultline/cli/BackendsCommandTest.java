/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.faultline.cli.providers.StubProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendsCommandTest {
    @TempDir
    Path folder;

    private static String line(String text) {
        return text + System.lineSeparator();
    }

    private CommandRun withPlugin(Class<?> provider, String... more) throws IOException {
        String[] arguments = new String[3 + more.length];
        arguments[0] = "backends";
        arguments[1] = "--plugin";
        arguments[2] = PluginJar.naming(folder, provider);
        System.arraycopy(more, 0, arguments, 3, more.length);
        return CommandRun.of(arguments);
    }

    @Test
    void listsABackendThatWorksHere() {
        CommandRun run = CommandRun.of("backends");
        assertEquals("", run.err());
        assertEquals(0, run.status());
        assertEquals(
                List.of("hyperv", "kvm", "xen"),
                Pattern.compile("(?m)^(\\w+): ")
                        .matcher(run.out())
                        .results()
                        .map(found -> found.group(1))
                        .toList());
        assertTrue(run.out().contains("  works here, score "), run.out());
        assertTrue(run.out().matches("(?s).*  capabilities: .*sdei, .*"), run.out());
        assertTrue(run.out().matches("(?s).*  limits: .*apf\\.kvm-sdei=0x86[0-9A-F]{6}, .*"), run.out());
        JsonArray listed = JsonParser.parseString(
                        CommandRun.of("backends", "--json").out())
                .getAsJsonObject()
                .getAsJsonArray("backends");
        assertEquals(3, listed.size());
        JsonObject kvm = listed.get(1).getAsJsonObject();
        assertEquals("kvm", kvm.get("id").getAsString());
        assertTrue(kvm.get("available").getAsBoolean());
        assertTrue(kvm.getAsJsonArray("capabilities").toString().contains("\"sdei\""), kvm.toString());
        assertTrue(
                kvm.getAsJsonObject("capabilityValues")
                        .get("apf.kvm-sdei")
                        .getAsString()
                        .startsWith("0x86"),
                kvm.toString());
    }

    @Test
    void aPluginWithTheIdOfAnInstalledBackendIsStatusThree() throws IOException {
        CommandRun run = withPlugin(StubProvider.Double.class);
        assertTrue(run.err().contains("has the id 'kvm' of "), run.err());
        assertEquals(3, run.status());
    }

    @Test
    void listsABackendThatDoesNotWorkHere() throws IOException {
        CommandRun run = withPlugin(StubProvider.Missing.class);
        assertEquals("", run.err());
        assertEquals(0, run.status());
        assertTrue(
                run.out()
                        .contains(line("missing: Stub <missing>, version 1.2, by tests")
                                + line("  does not work here: there is no /dev/stub; load the module stub")
                                + line("  colour=red (red, green): Colour of the stub.")
                                + line("  size=3: Size of the stub, 0 to 9.")),
                run.out());
    }

    @Test
    void listsItAsJson() throws IOException {
        CommandRun run = withPlugin(StubProvider.Missing.class, "--json");
        JsonObject root = JsonParser.parseString(run.out()).getAsJsonObject();
        JsonObject missing = null;
        for (JsonElement backend : root.getAsJsonArray("backends")) {
            if (backend.getAsJsonObject().get("id").getAsString().equals("missing")) {
                missing = backend.getAsJsonObject();
            }
        }
        assertEquals(
                JsonParser.parseString("{id: missing, name: 'Stub <missing>', vendor: tests, version: '1.2',"
                        + " available: false, reason: 'there is no /dev/stub', hint: 'load the module stub', settings: ["
                        + "{key: colour, default: red, allowed: [red, green], meaning: 'Colour of the stub.'},"
                        + "{key: size, default: '3', allowed: [], meaning: 'Size of the stub, 0 to 9.'}]}"),
                missing);
        assertEquals(0, root.getAsJsonArray("problems").size());
        assertTrue(run.out().contains("Stub <missing>"), "nothing is escaped that need not be");
    }

    @Test
    void aBackendThatCannotBeOpenedIsStatusThree() throws IOException {
        CommandRun run = withPlugin(StubProvider.Closed.class);
        assertEquals(line("faultline: a stub cannot be opened (backend closed) [BACKEND_UNAVAILABLE]"), run.err());
        assertEquals(3, run.status());
    }

    @Test
    void aPluginThatIsNotThereIsStatusThree() {
        CommandRun run = CommandRun.of("backends", "--plugin", "/nowhere.jar");
        assertEquals(line("faultline: plugin /nowhere.jar: there is no such file"), run.err());
        assertEquals(3, run.status());
    }

    @Test
    void aPluginThatIsNotAJarIsStatusThree() throws IOException {
        Path text = Files.writeString(folder.resolve("text.jar"), "not a jar");
        CommandRun run = CommandRun.of("backends", "--plugin", text.toString());
        assertTrue(run.err().startsWith("faultline: plugin " + text + " is not a jar file: "), run.err());
        assertEquals(3, run.status());
    }

    @Test
    void aPluginWithoutABackendIsStatusThree() throws IOException {
        String jar = PluginJar.empty(folder);
        CommandRun run = CommandRun.of("backends", "--plugin", jar);
        assertEquals(
                line("faultline: plugin " + jar + " has no backend; name the class in"
                        + " META-INF/services/io.faultline.api.spi.HypervisorBackendProvider"),
                run.err());
        assertEquals(3, run.status());
    }

    @Test
    void aPluginThatNamesAMissingClassIsStatusThree() throws IOException {
        String jar = PluginJar.naming(folder, "not.There");
        CommandRun run = CommandRun.of("backends", "--plugin", jar);
        assertTrue(
                run.err().startsWith("faultline: " + jar + ": backend provider HypervisorBackendProvider"), run.err());
        assertTrue(run.err().contains("not.There"), run.err());
        assertEquals(run.err().indexOf('\n'), run.err().length() - 1, "one line");
        assertEquals(3, run.status());
    }

    @Test
    void aPluginThatCannotSayWhoItIsIsStatusThree() throws IOException {
        CommandRun run = withPlugin(StubProvider.Nameless.class);
        assertTrue(run.err().contains("I do not know who I am"), run.err());
        assertEquals(3, run.status());
    }

    @Test
    void aPluginThatThrowsWhenItIsAskedIsStatusThree() throws IOException {
        CommandRun run = withPlugin(StubProvider.ThrowingProbe.class);
        assertEquals(
                line("faultline: the provider threw java.lang.IllegalStateException: probe is"
                        + " (backend throwing); report this to its author [BROKEN_PROVIDER]"),
                run.err());
        assertEquals(3, run.status());
        CommandRun open = withPlugin(StubProvider.ThrowingOpen.class);
        assertTrue(open.err().contains("NoClassDefFoundError: lost/Class (backend throwing-open)"), open.err());
        assertEquals(3, open.status());
    }
}
