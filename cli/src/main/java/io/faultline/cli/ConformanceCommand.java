/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import io.faultline.cli.wallclock.Calendar;
import io.faultline.cli.wallclock.PatientWatchdog;
import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.ConformanceRunner;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.engine.Waivers;
import io.faultline.conformance.report.JsonReport;
import io.faultline.conformance.report.ReportWriter;
import io.faultline.conformance.report.TextReport;
import io.faultline.conformance.rule.Rule;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.suite.Suite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the conformance suite. */
@Command(
        name = "conformance",
        description = {
            "Check backends against the rules of the conformance suite.",
            "Verdicts are on standard output; a rule that fails makes the status 1."
        })
final class ConformanceCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private PluginOptions plugins;

    @Option(
            names = "--backend",
            paramLabel = "ID[:key=value,...]",
            description =
                    "A backend to check, with its settings; every one that works here if none is named. May be given"
                            + " several times.")
    private final List<String> backends = new ArrayList<>();

    @Option(
            names = "--rule",
            paramLabel = "GLOB",
            description =
                    "Check only rules whose id matches, for example SDEI-14* (quote it). May be given several times.")
    private final List<String> patterns = new ArrayList<>();

    @Option(names = "--list", description = "List the rules and check nothing.")
    private boolean list;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Run every check with this seed only, instead of the seeds it declares.")
    private @Nullable Long seed;

    @Option(
            names = "--waivers",
            paramLabel = "FILE",
            description = "Known failures: on each line RULE BACKEND YYYY-MM-DD ISSUE-LINK.")
    private @Nullable Path waivers;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description = "Write index.html, report.json and junit.xml into this folder.")
    private @Nullable Path report;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON to this file.")
    private @Nullable Path json;

    ConformanceCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Suite suite = Suite.standard();
        RuleFilter filter = new RuleFilter(patterns);
        List<String> unmatched = filter.unmatched(suite.catalogue());
        if (!unmatched.isEmpty()) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    "no rule matches '" + unmatched.get(0) + "'; 'faultline conformance --list' shows them all");
        }
        if (list) {
            suite.catalogue().rules().stream()
                    .filter(rule -> filter.selects(rule.id()))
                    .forEach(rule ->
                            session.out().println(line(rule, rule.level().toString())));
            return ExitStatus.FINE.code();
        }
        Progress progress = new Progress(session);
        RunOptions options = RunOptions.of(suite)
                .filter(filter)
                .waivers(readWaivers())
                .watchdog(new PatientWatchdog(PatientWatchdog.LIMIT))
                .listener(progress);
        return check(seed == null ? options : options.seed(seed), progress);
    }

    private int check(RunOptions options, Progress progress) {
        BackendRegistry registry = plugins.discover(session);
        List<BackendChoice> choices = choices(registry);
        prepareFiles();
        List<ConformanceReport> reports = new ArrayList<>();
        for (BackendChoice choice : choices) {
            HypervisorBackendProvider provider = registry.provider(choice.id());
            BackendConfiguration configuration = BackendConfiguration.parse(provider.descriptor(), choice.settings());
            try (Subject subject = new Subject(provider, configuration, choice.open(registry))) {
                reports.add(ConformanceRunner.run(subject, options));
            } finally {
                progress.clear();
            }
        }
        boolean fine = true;
        for (ConformanceReport one : reports) {
            print(one);
            fine &= isFine(one);
        }
        writeFiles(reports);
        return (fine ? ExitStatus.FINE : ExitStatus.FAILED).code();
    }

    private List<BackendChoice> choices(BackendRegistry registry) {
        if (!backends.isEmpty()) {
            return backends.stream().map(BackendChoice::parse).toList();
        }
        List<BackendChoice> choices = new ArrayList<>();
        for (HypervisorBackendProvider provider : registry.providers()) {
            String id = provider.descriptor().id();
            if (BackendChoice.probe(provider) instanceof ProbeResult.Unavailable missing) {
                session.note("backend " + id + " does not work here and is not checked: " + missing.reason());
            } else {
                choices.add(new BackendChoice(id, ""));
            }
        }
        if (choices.isEmpty()) {
            throw new CommandFailure(ExitStatus.UNAVAILABLE, "no backend works here; 'faultline backends' tells why");
        }
        return choices;
    }

    private void print(ConformanceReport one) {
        if (!patterns.isEmpty()) {
            for (RuleResult result : one.results()) {
                session.out().println(line(result.rule(), result.verdict().toString()));
            }
        }
        session.out().print(TextReport.render(one));
    }

    private static String line(Rule rule, String word) {
        return rule.id() + " " + word + ": " + rule.sentence();
    }

    /** Whoever selects rules may select only such as do not apply; a whole run in which nothing passed means nothing. */
    private boolean isFine(ConformanceReport one) {
        return patterns.isEmpty() ? one.isConforming() : one.problems().isEmpty();
    }

    private Waivers readWaivers() {
        if (waivers == null) {
            return Waivers.NONE;
        }
        try {
            return Waivers.parse(waivers.toString(), Files.readString(waivers), Calendar.today());
        } catch (IOException unreadable) {
            throw FileProblem.of("waivers " + waivers + " cannot be read", unreadable);
        }
    }

    /** Finds out before a long run that its result could not be written. */
    private void prepareFiles() {
        try {
            if (report != null) {
                Files.createDirectories(report);
            }
            if (json != null) {
                Files.writeString(json, "");
            }
        } catch (IOException unwritable) {
            throw FileProblem.of("the report cannot be written to " + (json == null ? report : json), unwritable);
        }
    }

    private void writeFiles(List<ConformanceReport> reports) {
        try {
            if (report != null) {
                ReportWriter.write(report, reports);
            }
            if (json != null) {
                Files.writeString(json, JsonReport.render(reports));
            }
        } catch (IOException unwritable) {
            throw FileProblem.of("the report cannot be written to " + json, unwritable);
        } catch (UncheckedIOException unwritable) {
            throw FileProblem.of("the report cannot be written to " + report, unwritable.getCause());
        }
    }
}
