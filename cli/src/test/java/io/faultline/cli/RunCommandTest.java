/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.cli.providers.StubProvider;
import io.faultline.vmm.tree.FlatTree;
import io.faultline.vmm.tree.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
    private static final int AARCH64 = 183;
    private static final long RAM = 0x4000_0000L;

    @TempDir
    Path folder;

    private CommandRun raw(int[] code, String... options) throws IOException {
        return rawWithInput("", code, options);
    }

    private CommandRun rawWithInput(String input, int[] code, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("run", Guests.raw(folder, code), "--load-address", Guests.BASE, "--backend", "kvm"));
        arguments.addAll(List.of(options));
        return CommandRun.withInput(input, arguments.toArray(String[]::new));
    }

    private static void assertEnds(int status, String message, CommandRun run) {
        assertEquals("faultline: " + message + System.lineSeparator(), run.err());
        assertEquals(status, run.status());
    }

    private static void assertMatches(int status, String pattern, CommandRun run) {
        assertTrue(run.err().matches("faultline: " + pattern + "\\R"), run.err());
        assertEquals(status, run.status());
    }

    @Test
    void aGuestThatPowersOffIsFine() throws IOException {
        assertEquals(new CommandRun(0, "Hi\n", ""), raw(Guests.HELLO));
    }

    @Test
    void anElfFileNeedsNoAddressAndTheBestBackendIsTaken() throws IOException {
        assertEquals(
                new CommandRun(0, "Hi\n", ""),
                CommandRun.of("run", Guests.elf(folder, AARCH64, RAM + 0x1000, Guests.HELLO)));
    }

    @Test
    void aGuestReadsStandardInput() throws IOException {
        assertEquals(new CommandRun(0, "x", ""), rawWithInput("xyz", Guests.ECHO));
    }

    @Test
    void aResetEndsTheRunWithANote() throws IOException {
        assertEnds(0, "the guest asked for a reset, which ends the run", raw(Guests.RESET));
    }

    @Test
    void aGuestThatSpinsIsStatusFour() throws IOException {
        assertEnds(
                4,
                "the budget of 100000 instructions is used up: vCPU 0 at PC 0x40000000 is running",
                raw(Guests.SPIN, "--max-instructions", "100000"));
    }

    @Test
    void aGuestThatJumpsIntoNowhereIsStatusOne() throws IOException {
        assertMatches(1, "vCPU 0 at PC 0x200 cannot go on: .* at PC 0x1000, ESR 0x.*", raw(Guests.NOWHERE));
    }

    @Test
    void anUndefinedInstructionWithoutVectorsIsStatusOne() throws IOException {
        assertMatches(
                1,
                "vCPU 0 at PC 0x200 cannot go on: .* \\(undefined instruction at PC 0x40000000, ESR 0x2000000\\)",
                raw(Guests.UNDEFINED));
    }

    @Test
    void aGuestThatDoesNothingButFaultEnds() throws IOException {
        CommandRun run = raw(Guests.UNDEFINED_FOR_EVER, "--max-instructions", "100000");
        assertTrue(run.status() == 1 || run.status() == 4, run.toString());
        assertMatches(run.status(), ".*vCPU 0 at PC 0x40200200 .+", run);
    }

    @Test
    void aGuestThatWaitsForEverIsStatusOne() throws IOException {
        assertMatches(
                1,
                "the guest waits for ever: vCPU 0 at PC 0x4000000[04] is waiting for an interrupt",
                raw(Guests.WAITING));
        assertEnds(1, "the guest waits for ever: vCPU 0 is off", raw(Guests.CPU_OFF));
    }

    @Test
    void aGuestWaitsForItsTimerInVirtualTime() throws IOException {
        assertEquals(new CommandRun(0, "", ""), raw(Guests.TIMER));
    }

    @Test
    void anAccessThatNobodyAnswersIsStatusOne() throws IOException {
        String begin = "vCPU 0 at PC 0x200 cannot go on: the vector of an exception is not in memory"
                + " \\(data abort at PC 0x40000004, ESR 0x960000";
        assertMatches(1, begin + "10\\)", raw(Guests.UNCLAIMED_READ));
        assertMatches(1, begin + "50\\)", raw(Guests.UNCLAIMED_WRITE));
    }

    @Test
    void absentPagesComeBackAndAreCounted() throws IOException {
        CommandRun run = raw(Guests.TOUCH, "--absent", "0x40100000:8K:5000", "--stats");
        assertEquals(0, run.status(), run.err());
        List<String> lines = run.err().lines().toList();
        assertTrue(lines.contains("apf.page-ins 1"), run.err());
        assertTrue(lines.contains("apf.synchronous 1") || lines.contains("apf.parked 1"), run.err());
        assertEquals(lines.stream().sorted().toList(), lines);
    }

    @Test
    void absentPagesOutsideMemoryAreStatusTwo() throws IOException {
        assertMatches(
                2,
                "absent pages \\[0x0, 0x1000\\) are outside the memory .*\\[INVALID_ARGUMENT\\]",
                raw(Guests.TOUCH, "--absent", "0:4K"));
    }

    @Test
    void aSecondVcpuIsTurnedOn() throws IOException {
        CommandRun run = raw(Guests.SECOND, "--cpus", "2", "--stats", "--seed", "7");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.err().lines().anyMatch(line -> line.matches("vmm.instructions.1 [1-9][0-9]*")), run.err());
    }

    @Test
    void theSameRunGivesTheSameTrace() throws IOException {
        Path first = folder.resolve("first.txt");
        Path second = folder.resolve("second.txt");
        assertEquals(
                0,
                raw(Guests.SECOND, "--cpus", "2", "--trace", first.toString()).status());
        assertEquals(
                0,
                raw(Guests.SECOND, "--cpus", "2", "--trace", second.toString()).status());
        List<String> lines = Files.readAllLines(first);
        assertEquals(lines, Files.readAllLines(second));
        assertTrue(lines.size() > 1, lines.toString());
        lines.forEach(line -> assertTrue(line.matches("\\d+ (\\d+|-) [a-z0-9_]+( \\w+=\\S+)*"), line));
    }

    @Test
    void aTraceThatCannotBeWrittenIsStatusTwo() throws IOException {
        assertEnds(
                2,
                "the trace cannot be written to /nowhere/trace: there is no such file or folder",
                raw(Guests.HELLO, "--trace", "/nowhere/trace"));
    }

    @Test
    void theGuestIsHandedItsDeviceTree() throws IOException {
        Path tree = folder.resolve("tree.dtb");
        Files.write(tree, FlatTree.write(new Node("").bytes("padding", new byte[4096])));
        CommandRun run = raw(Guests.TREE, "--dtb", tree.toString());
        assertEquals(0, run.status(), run.err());
        assertEquals(1, run.out().length(), "one byte, 0xD0");
        assertMatches(
                2,
                "the device tree of .* bytes does not fit into the memory .* beside .*guest.bin .*\\[RESOURCE_CONFLICT\\]",
                raw(Guests.TREE, "--dtb", tree.toString(), "--memory", "4K"));
        Files.writeString(tree, "no tree");
        assertMatches(
                2,
                "this is not a flattened device tree .*\\[INVALID_IMAGE\\]",
                raw(Guests.TREE, "--dtb", tree.toString()));
    }

    @Test
    void anElfFileForAnotherMachineIsStatusTwo() throws IOException {
        String elf = Guests.elf(folder, 62, RAM, Guests.HELLO);
        assertEnds(
                2,
                "this ELF file is for x86-64, not for AArch64 (" + elf + "); build it for AArch64 [INVALID_IMAGE]",
                CommandRun.of("run", elf));
    }

    @Test
    void aTruncatedElfFileIsStatusTwo() throws IOException {
        Path elf = Path.of(Guests.elf(folder, AARCH64, RAM, Guests.HELLO));
        byte[] whole = Files.readAllBytes(elf);
        Files.write(elf, Arrays.copyOf(whole, whole.length - 4));
        assertMatches(2, "the file is truncated: .*\\[INVALID_IMAGE\\]", CommandRun.of("run", elf.toString()));
    }

    @Test
    void aGuestOutsideMemoryIsStatusTwo() throws IOException {
        assertMatches(
                2,
                "segment \\[0x10000000, .*\\) is outside the memory .*\\[INVALID_IMAGE\\]",
                CommandRun.of("run", Guests.elf(folder, AARCH64, 0x1000_0000, Guests.HELLO)));
    }

    @Test
    void anUnknownBackendOrSettingIsStatusTwo() throws IOException {
        String guest = Guests.elf(folder, AARCH64, RAM, Guests.HELLO);
        assertMatches(
                2,
                "no backend has the id 'bogus'; installed are .*kvm.*\\[UNKNOWN_BACKEND\\]",
                CommandRun.of("run", guest, "--backend", "bogus"));
        assertMatches(
                2,
                "unknown setting 'bogus' .*\\[UNKNOWN_SETTING\\]",
                CommandRun.of("run", guest, "--backend", "kvm:bogus=1"));
        assertMatches(
                2, "'bogus' is not of the form key=value .*", CommandRun.of("run", guest, "--backend", "kvm:bogus"));
    }

    @Test
    void aMachineThatTheBackendRefusesIsStatusTwo() throws IOException {
        assertMatches(2, ".*\\[PLAN_REFUSED\\]", raw(Guests.HELLO, "--cpus", "1000000"));
    }

    @Test
    void aBackendThatDoesNotWorkHereIsStatusThree() throws IOException {
        String guest = Guests.elf(folder, AARCH64, RAM, Guests.HELLO);
        String plugin = PluginJar.naming(folder, StubProvider.Missing.class);
        assertEnds(
                3,
                "there is no /dev/stub (backend missing); load the module stub [BACKEND_UNAVAILABLE]",
                CommandRun.of("run", guest, "--backend", "missing", "--plugin", plugin));
    }

    @Test
    void whatCannotBeIsRefused() throws IOException {
        assertMatches(
                2,
                "ACPI tables can describe a machine to an arm64 Linux Image only, .*\\[INVALID_ARGUMENT\\]",
                raw(Guests.HELLO, "--acpi"));
        assertMatches(
                2,
                "--inject-memory-error: only a guest that is run with --acpi can be told of a memory error; add --acpi,.*",
                raw(Guests.HELLO, "--inject-memory-error", "any"));
        Path empty = Files.createFile(folder.resolve("empty"));
        assertMatches(
                2,
                "the initial ramdisk is empty .*\\[INVALID_IMAGE\\]",
                raw(Guests.HELLO, "--initrd", empty.toString()));
    }

    @Test
    void aRamdiskAndACommandLineAreTaken() throws IOException {
        Path disk = Files.write(folder.resolve("disk"), new byte[] {1});
        CommandRun run = raw(Guests.HELLO, "--initrd", disk.toString(), "--append", "quiet", "--el", "2");
        assertEquals(1, run.status(), "the guest uses HVC, which goes to itself at EL2");
    }

    @Test
    void theDeviceTreeCanBeWrittenToAFileInstead() throws IOException {
        Path tree = folder.resolve("out.dtb");
        assertEquals(new CommandRun(0, "", ""), raw(Guests.HELLO, "--dump-dtb", tree.toString(), "--append", "quiet"));
        Node chosen =
                FlatTree.read("out", Files.readAllBytes(tree)).child("chosen").orElseThrow();
        assertEquals(6, chosen.properties().get("bootargs").length);
        assertMatches(
                2,
                "the device tree cannot be written to /nowhere/x: there is no such file or folder.*",
                raw(Guests.HELLO, "--dump-dtb", "/nowhere/x"));
    }

    @Test
    void anAccessToALostPageIsAnAbort() throws IOException {
        CommandRun run = raw(Guests.TOUCH, "--inject-memory-error", "0x40100000:abort");
        List<String> notes = run.err().lines().toList();
        assertEquals(
                "faultline: memory error at 0x40100000 took its page away after 0 instructions, and the guest ran into it",
                notes.get(0));
        assertTrue(notes.get(1).contains("data abort at PC 0x40000004, ESR 0x96000010"), run.err());
        assertEquals(1, run.status());
    }

    @Test
    void aMemoryErrorThatDoesNotHappenIsStatusOne() throws IOException {
        CommandRun run = raw(Guests.HELLO, "--inject-memory-error", "any@1G:abort");
        assertMatches(1, "memory error at 0x[0-9a-f]+000 did not happen: the guest did not get so far", run);
    }

    @Test
    void theAcpiTablesCanBeWrittenToAFolderInstead() throws IOException {
        String kernel = Guests.linux(folder, Guests.HELLO);
        Path tables = folder.resolve("tables");
        assertEquals(new CommandRun(0, "", ""), CommandRun.of("run", kernel, "--dump-acpi", tables.toString()));
        assertEquals(
                "HEST", new String(Files.readAllBytes(tables.resolve("HEST.aml")), 0, 4, StandardCharsets.US_ASCII));
        assertMatches(
                2,
                "the ACPI tables cannot be written to .*HELLO.*",
                CommandRun.of(
                        "run",
                        kernel,
                        "--dump-acpi",
                        Files.createFile(folder.resolve("HELLO")).toString()));
    }

    @Test
    void aKernelIsRunWithAcpiTables() throws IOException {
        CommandRun run =
                CommandRun.of("run", Guests.linux(folder, Guests.HELLO), "--acpi", "--inject-memory-error", "any");
        assertEquals("Hi\n", run.out());
        assertMatches(
                1,
                "memory error at 0x[0-9a-f]+000 was not reported: the guest did not get so far, or has not enabled SDEI"
                        + " event 804",
                run);
    }
}
