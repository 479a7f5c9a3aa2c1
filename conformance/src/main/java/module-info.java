/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
import io.faultline.conformance.junit.FaultlineTestEngine;
import org.jspecify.annotations.NullMarked;
import org.junit.platform.engine.TestEngine;

/** The conformance suite: rules, checks, engine and reports. */
@NullMarked
module io.faultline.conformance {
    requires transitive io.faultline.api;
    requires transitive org.junit.platform.engine;
    requires org.junit.platform.commons;
    requires com.google.gson;
    requires java.xml;
    requires static org.jspecify;

    exports io.faultline.conformance.check;
    exports io.faultline.conformance.engine;
    exports io.faultline.conformance.junit;
    exports io.faultline.conformance.mutant;
    exports io.faultline.conformance.report;
    exports io.faultline.conformance.rule;
    exports io.faultline.conformance.scenario;
    exports io.faultline.conformance.suite;

    provides TestEngine with
            FaultlineTestEngine;
}
