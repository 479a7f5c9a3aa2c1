/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Moves a guest between two processes. */
@Command(
        name = "migrate",
        description = {
            "Move a running guest to another process: it goes on there at once, and its pages follow (post-copy).",
            "Start 'migrate --from PORT' on the side where it is to go, then 'migrate FILE --to HOST:PORT' where it is to",
            "start. 'migrate FILE' starts the second process itself, several times, and compares asynchronous page faults off",
            "and on: by each route that the best backend has, or as --backend says.",
            "The guest's console is on standard output of the side where it runs, everything else on standard error."
        })
final class MigrateCommand implements Callable<Integer> {
    /** What a page takes in a demonstration: a round trip over a network and the page itself, in virtual nanoseconds. */
    static final int DEMONSTRATION_LATENCY = 100_000;

    private final Session session;

    @Spec
    private CommandSpec spec;

    @Mixin
    private PluginOptions plugins;

    @Mixin
    private MigrateOptions options;

    MigrateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        options.check(spec);
        ExitStatus status;
        if (options.from != null) {
            status = new MigrationTarget(session, plugins, options).run(options.from);
        } else if (options.to != null) {
            status = new MigrationOrigin(session, plugins, options).run(options.to);
        } else {
            status = new MigrationDemonstration(session, plugins, options).run();
        }
        return status.code();
    }
}
