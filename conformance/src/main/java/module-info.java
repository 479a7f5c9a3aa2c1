/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import org.jspecify.annotations.NullMarked;

/** The conformance suite: rules, checks, engine and reports. */
@NullMarked
module io.faultline.conformance {
    requires transitive io.faultline.api;
    requires static org.jspecify;

    exports io.faultline.conformance.check;
    exports io.faultline.conformance.rule;
    exports io.faultline.conformance.scenario;
    exports io.faultline.conformance.suite;
}
