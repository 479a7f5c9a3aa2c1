/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.error.HypervisorException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry point of the {@code faultline} command. */
public final class Main {
    private static final String DEBUG = "--debug";

    private Main() {}

    /**
     * Runs the command and ends the process with its status.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        boolean progress = System.console() != null && System.getenv("NO_COLOR") == null;
        int status = run(arguments, new Session(System.out, System.err, System.in, progress));
        System.out.flush();
        System.err.flush();
        System.exit(status);
    }

    /**
     * Runs the command without touching the process, and without progress.
     *
     * @param arguments the command line
     * @param out takes results and the guest's console
     * @param err takes everything else
     * @param in what the guest's console receives
     * @return the exit status
     */
    public static int run(String[] arguments, PrintStream out, PrintStream err, InputStream in) {
        return run(arguments, new Session(out, err, in, false));
    }

    static int run(String[] arguments, Session session) {
        boolean debug = Arrays.asList(arguments).contains(DEBUG);
        try {
            return FaultlineCommand.commandLine(session)
                    .setParameterExceptionHandler((wrong, given) -> report(wrong, session, debug))
                    .setExecutionExceptionHandler((thrown, failed, parsed) -> report(thrown, session, debug))
                    .execute(arguments);
        } catch (RuntimeException | Error thrown) {
            return report(thrown, session, debug);
        }
    }

    private static int report(Throwable thrown, Session session, boolean debug) {
        ExitStatus status;
        String text;
        if (thrown instanceof CommandFailure failure) {
            status = failure.status();
            text = failure.getMessage();
        } else if (thrown instanceof HypervisorException failure) {
            status = ExitStatus.of(failure.id());
            text = failure.getMessage();
        } else if (thrown instanceof ParameterException wrong) {
            status = ExitStatus.USAGE;
            text = usageProblem(wrong);
        } else if (thrown instanceof UncheckedIOException broken) {
            status = ExitStatus.USAGE;
            text = broken.getMessage() + ": " + broken.getCause().getMessage();
        } else {
            status = ExitStatus.FAILED;
            text = "internal error: " + thrown + (debug ? "" : "; run again with " + DEBUG + " for details");
        }
        session.note(text);
        if (debug) {
            thrown.printStackTrace(session.err());
        }
        return status.code();
    }

    private static String usageProblem(ParameterException wrong) {
        String problem = wrong.getMessage();
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            boolean isCommand = wrong.getCommandLine().getParent() == null && !unmatched.isUnknownOption();
            if (isCommand) {
                problem = "Unknown command: '" + unmatched.getUnmatched().get(0) + "'";
            }
            if (!unmatched.getSuggestions().isEmpty()) {
                problem += "; did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?";
            }
        }
        return problem + " (see '" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help')";
    }
}
