/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root of all commands. */
@Command(
        name = "faultline",
        description = "Hypervisor backends for ARM64 as plugins, and the suite that checks them.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Exit status: 0 fine; 1 a rule failed, or the guest failed; 2 usage; 3 a backend could not be loaded;",
            "4 the machine stopped on its budget."
        })
final class FaultlineCommand implements Runnable {
    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Show the stack trace of an error after its message.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    /** Makes the command with everything below it. */
    static CommandLine commandLine(Session session) {
        CommandLine root = new CommandLine(new FaultlineCommand())
                .addSubcommand(new BackendsCommand(session))
                .addSubcommand(new ConformanceCommand(session))
                .addSubcommand(new ExplainCommand(session))
                .addSubcommand(new MigrateCommand(session))
                .addSubcommand(new ReplayCommand(session))
                .addSubcommand(new RunCommand(session));
        root.setOut(new PrintWriter(session.out(), true));
        root.setErr(new PrintWriter(session.err(), true));
        root.setUsageHelpAutoWidth(false);
        root.setUsageHelpWidth(110);
        root.setColorScheme(CommandLine.Help.defaultColorScheme(
                session.progress() ? CommandLine.Help.Ansi.AUTO : CommandLine.Help.Ansi.OFF));
        return root;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "No command is given");
    }
}
