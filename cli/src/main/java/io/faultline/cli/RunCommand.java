/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.arm64.ExceptionLevel;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.vmm.GuestConfiguration;
import io.faultline.vmm.GuestOutcome;
import io.faultline.vmm.MemoryErrorInjection;
import io.faultline.vmm.MemoryErrorReport;
import io.faultline.vmm.VirtualMachine;
import io.faultline.vmm.acpi.DescriptionTable;
import io.faultline.vmm.image.DeviceTree;
import io.faultline.vmm.image.GuestImage;
import io.faultline.vmm.image.ImageFile;
import io.faultline.vmm.image.Ramdisk;
import io.faultline.vmm.paging.AbsentRange;
import io.faultline.vmm.trace.TraceWriter;
import io.faultline.vmm.vmbus.VmbusConfiguration;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a guest. */
@Command(
        name = "run",
        description = {
            "Run a guest until it turns the machine off: a bare-metal program, firmware, or a Linux kernel.",
            "The guest's console is on standard output and standard input, everything else on standard error."
        })
final class RunCommand implements Callable<Integer> {
    private final Session session;

    @Spec
    private CommandSpec spec;

    @Mixin
    private PluginOptions plugins;

    @Parameters(
            paramLabel = "FILE",
            description =
                    "An AArch64 ELF executable, a Linux arm64 Image (gzip too) or, with --load-address, a raw image.")
    private Path file;

    @Option(
            names = "--backend",
            paramLabel = "ID[:key=value,...]",
            description = "The backend and its settings; the best one that works here if none is named.")
    private @Nullable String backend;

    @Option(
            names = "--cpus",
            paramLabel = "N",
            defaultValue = "1",
            description = "Number of vCPUs; the first one is on. Default: ${DEFAULT-VALUE}.")
    private int vcpus;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "128M",
            converter = Quantity.Memory.class,
            description =
                    "Memory from 0x40000000, whole 4 KiB pages; K, M and G are understood. Default: ${DEFAULT-VALUE}.")
    private long memory;

    @Option(
            names = "--el",
            paramLabel = "1|2",
            defaultValue = "1",
            description = "Exception level at which the guest starts. Default: ${DEFAULT-VALUE}.")
    private int level;

    @Option(
            names = "--dtb",
            paramLabel = "FILE",
            description = "A device tree to hand to the guest instead of the one that describes the machine. Memory,"
                    + " command line and ramdisk are filled in.")
    private @Nullable Path deviceTree;

    @Option(
            names = "--dump-dtb",
            paramLabel = "FILE",
            description = "Write the device tree that the guest would get to a file, and do not run the guest.")
    private @Nullable Path treeDump;

    @Option(names = "--append", paramLabel = "TEXT", description = "Command line for the guest (/chosen/bootargs).")
    private @Nullable String commandLine;

    @Option(names = "--initrd", paramLabel = "FILE", description = "Initial ramdisk for the guest.")
    private @Nullable Path ramdisk;

    @Option(
            names = "--acpi",
            description = "Describe the machine by ACPI tables instead of a device tree; FILE is a Linux Image then.")
    private boolean acpi;

    @Option(
            names = "--dump-acpi",
            paramLabel = "FOLDER",
            description =
                    "Write the ACPI tables that the guest would get to a folder, SIGNATURE.aml each, and do not run"
                            + " the guest. Implies --acpi.")
    private @Nullable Path tableDump;

    @Option(
            names = "--vmbus",
            paramLabel = VmbusOption.FORM,
            converter = VmbusOption.class,
            description =
                    "The VMBus of a machine with synthetic interrupt controllers: none, one without channels, or one"
                            + " with channels=N that send everything back. versions=V+V are accepted, others refused by an answer"
                            + " or a status (refuse=answer|status). Default: empty if the backend has such controllers.")
    private @Nullable VmbusConfiguration vmbus;

    @Option(
            names = "--inject-memory-error",
            paramLabel = "ADDR|any[@INSTRUCTIONS][:sdei|abort]",
            converter = Quantity.MemoryError.class,
            description =
                    "Let a memory error happen at this address, or in a page that the loader has not used, after so"
                            + " many instructions of all vCPUs. 'sdei' tells the guest by an error record and an SDEI event and needs"
                            + " --acpi; without INSTRUCTIONS, as soon as the guest has enabled the event. 'abort' loses the page: an"
                            + " access is an external abort. May be given several times. Default: sdei.")
    private final List<MemoryErrorInjection> memoryErrors = new ArrayList<>();

    @Option(
            names = "--load-address",
            paramLabel = "ADDR",
            converter = Quantity.Address.class,
            description = "Load FILE as a raw image to this address and start there.")
    private @Nullable Long loadAddress;

    @Option(
            names = "--absent",
            paramLabel = "BASE:SIZE[:LATENCY_NS]",
            converter = Quantity.Absent.class,
            description = "Take these pages away after loading; each comes back so many virtual nanoseconds after its"
                    + " first use. May be given several times. Default latency: 20000.")
    private final List<AbsentRange> absent = new ArrayList<>();

    @Option(
            names = "--max-instructions",
            paramLabel = "N",
            defaultValue = "" + GuestConfiguration.DEFAULT_MAX_INSTRUCTIONS,
            description = "Stop with status 4 after so many instructions of all vCPUs. Default: ${DEFAULT-VALUE}.")
    private long maxInstructions;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Choose another interleaving of the vCPUs. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--trace", paramLabel = "FILE", description = "Write one line per event to a file.")
    private @Nullable Path trace;

    @Option(names = "--stats", description = "Print all counters at the end, one 'name value' a line.")
    private boolean statistics;

    RunCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        requireLeast("--cpus", vcpus);
        requireLeast("--max-instructions", maxInstructions);
        if (level != 1 && level != 2) {
            throw wrong("--el: a guest starts at EL1 or EL2, not at EL" + level);
        }
        acpi |= tableDump != null;
        if (!acpi && memoryErrors.stream().anyMatch(error -> error.notice() == MemoryErrorInjection.Notice.SDEI)) {
            throw wrong("--inject-memory-error: only a guest that is run with --acpi can be told of a memory error;"
                    + " add --acpi, or ':abort' to lose the page");
        }
        GuestImage image =
                ImageFile.read(file, loadAddress == null ? OptionalLong.empty() : OptionalLong.of(loadAddress));
        BackendRegistry registry = plugins.discover(session);
        BackendChoice choice = backend == null ? BackendChoice.best(registry) : BackendChoice.parse(backend);
        GuestConfiguration.Builder configuration = GuestConfiguration.of(image)
                .vcpus(vcpus)
                .ramBytes(memory)
                .level(ExceptionLevel.of(level))
                .maxInstructions(maxInstructions)
                .seed(seed)
                .console(session.out(), session.in());
        if (deviceTree != null) {
            configuration.deviceTree(new DeviceTree(deviceTree.toString(), ImageFile.bytes(deviceTree)));
        }
        if (commandLine != null) {
            configuration.commandLine(commandLine);
        }
        if (ramdisk != null) {
            configuration.ramdisk(new Ramdisk(ramdisk.toString(), ImageFile.bytes(ramdisk)));
        }
        absent.forEach(configuration::absent);
        memoryErrors.forEach(configuration::memoryError);
        if (acpi) {
            configuration.acpi();
        }
        if (vmbus != null) {
            configuration.vmbus(vmbus);
        }
        try (HypervisorBackend opened = choice.open(registry)) {
            return trace == null ? run(opened, configuration) : runTraced(opened, configuration, trace);
        }
    }

    private int runTraced(HypervisorBackend opened, GuestConfiguration.Builder configuration, Path to) {
        try (Writer writer = Files.newBufferedWriter(to, StandardCharsets.UTF_8)) {
            return run(opened, configuration.trace(new TraceWriter(writer)));
        } catch (IOException unwritable) {
            throw FileProblem.of("the trace cannot be written to " + to, unwritable);
        }
    }

    private int run(HypervisorBackend opened, GuestConfiguration.Builder configuration) {
        try (VirtualMachine machine = VirtualMachine.create(opened, configuration.build())) {
            if (treeDump != null) {
                dump(machine.deviceTree(), treeDump);
                return ExitStatus.FINE.code();
            }
            if (tableDump != null) {
                dump(machine.acpiTables(), tableDump);
                return ExitStatus.FINE.code();
            }
            GuestOutcome outcome = machine.run();
            session.out().flush();
            machine.memoryErrors().forEach(report -> session.note(report.message()));
            if (statistics) {
                machine.statistics().forEach((name, value) -> session.err().println(name + " " + value));
            }
            ExitStatus status = status(outcome);
            boolean missed = machine.memoryErrors().stream().anyMatch(MemoryErrorReport::isMissed);
            return (status == ExitStatus.FINE && missed ? ExitStatus.FAILED : status).code();
        }
    }

    private static void dump(List<DescriptionTable> tables, Path folder) {
        try {
            Files.createDirectories(folder);
            for (DescriptionTable table : tables) {
                Files.write(folder.resolve(table.signature() + ".aml"), table.bytes());
            }
        } catch (IOException unwritable) {
            throw FileProblem.of("the ACPI tables cannot be written to " + folder, unwritable);
        }
    }

    private static void dump(byte[] tree, Path to) {
        try {
            Files.write(to, tree);
        } catch (IOException unwritable) {
            throw FileProblem.of("the device tree cannot be written to " + to, unwritable);
        }
    }

    private ExitStatus status(GuestOutcome outcome) {
        if (!(outcome instanceof GuestOutcome.PoweredOff)) {
            session.note(outcome.message());
        }
        if (outcome instanceof GuestOutcome.Failed) {
            return ExitStatus.FAILED;
        }
        return outcome instanceof GuestOutcome.BudgetExhausted ? ExitStatus.BUDGET : ExitStatus.FINE;
    }

    private void requireLeast(String option, long value) {
        if (value < 1) {
            throw wrong(option + ": " + value + " is less than 1");
        }
    }

    private ParameterException wrong(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }
}
