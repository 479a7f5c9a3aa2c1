/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.Setting;
import java.util.List;
import java.util.Objects;

/**
 * One move of a demonstration, which is one column of its table.
 *
 * @param title head of the column
 * @param backend the backend and its settings, as on the command line
 * @param announce whether the guest is told of absent pages
 */
record DemonstrationColumn(String title, String backend, boolean announce) {
    private static final String OFF = "off";
    private static final String ROUTE = "apf.route";

    DemonstrationColumn {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(backend, "backend");
    }

    /** Without asynchronous page faults, and with those of the backend as it is. */
    static List<DemonstrationColumn> ofBackend(String backend) {
        return List.of(new DemonstrationColumn(OFF, backend, false), new DemonstrationColumn("on", backend, true));
    }

    /**
     * Without asynchronous page faults, and with them by each route that the backend has a choice of; those of a backend
     * without a choice are as it is.
     */
    static List<DemonstrationColumn> ofRoutes(String id, BackendRegistry registry) {
        boolean hasRoutes = registry.provider(id).descriptor().settings().stream()
                .map(Setting::key)
                .anyMatch(ROUTE::equals);
        if (!hasRoutes) {
            return ofBackend(id);
        }
        return List.of(
                new DemonstrationColumn(OFF, id, false),
                new DemonstrationColumn("sdei", id + ":" + ROUTE + "=sdei,apf.reply=ignored", true),
                new DemonstrationColumn("ppi", id + ":" + ROUTE + "=ppi,apf.reply=ignored", true),
                new DemonstrationColumn("reply", id + ":" + ROUTE + "=sdei,apf.reply=honoured", true));
    }
}
