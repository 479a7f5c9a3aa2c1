/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.vmm.GuestConfiguration;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** What can be said to {@code faultline migrate}, and which of it makes sense together. */
final class MigrateOptions {
    static final long DEFAULT_AFTER = 1_000_000;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description =
                    "The guest: an AArch64 ELF executable, a Linux arm64 Image or, with --load-address, a raw image.")
    @Nullable
    Path file;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            converter = SocketAddress.Remote.class,
            description = "Run FILE here at first, and move it to the process that waits there.")
    @Nullable
    InetSocketAddress to;

    @Option(
            names = "--from",
            paramLabel = "[HOST:]PORT",
            converter = SocketAddress.Local.class,
            description =
                    "Wait for a guest here, and run it. Without HOST only this host can connect; port 0 chooses one.")
    @Nullable
    InetSocketAddress from;

    @Option(
            names = "--backend",
            paramLabel = "ID[:key=value,...]",
            description = "The backend and its settings; the same on both sides. With --from, what the guest comes from"
                    + " if none is named.")
    @Nullable
    String backend;

    @Option(names = "--cpus", paramLabel = "N", description = "Number of vCPUs. Default: 1.")
    @Nullable
    Integer vcpus;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = Quantity.Memory.class,
            description = "Memory from 0x40000000, whole 4 KiB pages. Default: 128M.")
    @Nullable
    Long memory;

    @Option(names = "--el", paramLabel = "1|2", description = "Exception level at which the guest starts. Default: 1.")
    @Nullable
    Integer level;

    @Option(names = "--append", paramLabel = "TEXT", description = "Command line for the guest (/chosen/bootargs).")
    @Nullable
    String commandLine;

    @Option(names = "--initrd", paramLabel = "FILE", description = "Initial ramdisk for the guest.")
    @Nullable
    Path ramdisk;

    @Option(
            names = "--load-address",
            paramLabel = "ADDR",
            converter = Quantity.Address.class,
            description = "Load FILE as a raw image to this address and start there.")
    @Nullable
    Long loadAddress;

    @Option(
            names = "--max-instructions",
            paramLabel = "N",
            description = "Stop with status 4 after so many instructions, both sides together. Default: "
                    + GuestConfiguration.DEFAULT_MAX_INSTRUCTIONS + ".")
    @Nullable
    Long maxInstructions;

    @Option(names = "--seed", paramLabel = "N", description = "Choose another interleaving of the vCPUs. Default: 0.")
    @Nullable
    Long seed;

    @Option(
            names = "--after",
            paramLabel = "N",
            description = "Move the guest after so many instructions of all vCPUs. Default: " + DEFAULT_AFTER + ".")
    @Nullable
    Long after;

    @Option(
            names = "--background",
            paramLabel = "on|off",
            converter = Switch.Converter.class,
            description =
                    "Whether pages follow before the guest touches them. Default: on; off without --to and --from.")
    @Nullable
    Switch background;

    @Option(
            names = "--async",
            paramLabel = "on|off",
            converter = Switch.Converter.class,
            description =
                    "Whether the guest is told of absent pages; if not, its vCPUs stand still for each. Default: on.")
    @Nullable
    Switch announce;

    @Option(
            names = "--latency",
            paramLabel = "NS",
            description = "Let a page take so many virtual nanoseconds from its request to its arrival, whatever the"
                    + " connection takes; the run is deterministic then. Default: what the connection takes; "
                    + MigrateCommand.DEMONSTRATION_LATENCY + " without --to and --from.")
    @Nullable
    Long latency;

    @Option(
            names = "--recover",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "How long to wait for the other side when the connection breaks. Default: ${DEFAULT-VALUE}.")
    int recover;

    @Option(names = "--trace", paramLabel = "FILE", description = "With --from: write one line per event to a file.")
    @Nullable
    Path trace;

    /** Refuses what makes no sense, naming it. */
    void check(CommandSpec spec) {
        if (to != null && from != null) {
            throw wrong(spec, "--to and --from: a process is the one or the other");
        }
        if (from == null && file == null) {
            throw wrong(spec, "FILE is missing: name the guest, or --from to wait for one");
        }
        if (from != null) {
            requireAbsent(spec, "FILE", file);
            requireAbsent(spec, "--cpus", vcpus);
            requireAbsent(spec, "--memory", memory);
            requireAbsent(spec, "--el", level);
            requireAbsent(spec, "--append", commandLine);
            requireAbsent(spec, "--initrd", ramdisk);
            requireAbsent(spec, "--load-address", loadAddress);
            requireAbsent(spec, "--max-instructions", maxInstructions);
            requireAbsent(spec, "--seed", seed);
            requireAbsent(spec, "--after", after);
        } else if (trace != null) {
            throw wrong(spec, "--trace: it belongs to --from, where the pages are absent");
        }
        if (from == null && to == null && announce != null) {
            throw wrong(spec, "--async: without --to and --from both are run, and compared");
        }
        requireLeast(spec, "--cpus", vcpus == null ? null : Long.valueOf(vcpus), 1);
        requireLeast(spec, "--max-instructions", maxInstructions, 1);
        requireLeast(spec, "--after", after, 0);
        requireLeast(spec, "--latency", latency, 0);
        requireLeast(spec, "--recover", (long) recover, 0);
        if (recover > 3600) {
            throw wrong(spec, "--recover: " + recover + " seconds are more than an hour");
        }
        if (level != null && level != 1 && level != 2) {
            throw wrong(spec, "--el: a guest starts at EL1 or EL2, not at EL" + level);
        }
    }

    private static void requireAbsent(CommandSpec spec, String name, @Nullable Object value) {
        if (value != null) {
            throw wrong(spec, name + ": the guest comes from the other side; say it there");
        }
    }

    private static void requireLeast(CommandSpec spec, String name, @Nullable Long value, long least) {
        if (value != null && value < least) {
            throw wrong(spec, name + ": " + value + " is less than " + least);
        }
    }

    private static ParameterException wrong(CommandSpec spec, String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }
}
