/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.RuleResult;
import io.faultline.conformance.engine.Waiver;
import io.faultline.conformance.rule.Gate;
import java.util.List;

/**
 * Writes reports as JSON. The format has a version; members are only ever added to a version.
 *
 * @since 0.1
 */
public final class JsonReport {
    /** Version of the format. */
    public static final int FORMAT = 1;

    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private JsonReport() {}

    /**
     * Writes reports.
     *
     * @param reports one for each backend
     * @return JSON text with a line end after it
     */
    public static String render(List<ConformanceReport> reports) {
        JsonObject root = new JsonObject();
        root.addProperty("format", FORMAT);
        JsonArray backends = new JsonArray();
        reports.forEach(report -> backends.add(backend(report)));
        root.add("backends", backends);
        return PrintableText.of(GSON.toJson(root)) + "\n";
    }

    private static JsonObject backend(ConformanceReport report) {
        JsonObject object = new JsonObject();
        object.addProperty("backend", report.backend().id());
        object.addProperty("name", report.backend().displayName());
        object.addProperty("vendor", report.backend().vendor());
        object.addProperty("version", report.backend().version());
        JsonObject settings = new JsonObject();
        report.settings().forEach(settings::addProperty);
        object.add("settings", settings);
        object.add("capabilities", strings(report.capabilities().ids()));
        object.addProperty("capabilityValues", report.capabilities().toString());
        object.addProperty("suiteVersion", report.suiteVersion());
        object.addProperty("ruleSetHash", report.ruleSetHash());
        object.addProperty("cuts", report.cuts());
        object.addProperty("conforming", report.isConforming());
        JsonObject totals = new JsonObject();
        report.totals().forEach((verdict, count) -> totals.addProperty(verdict.name(), count));
        object.add("totals", totals);
        JsonArray waivers = new JsonArray();
        report.waivers().forEach(waiver -> waivers.add(waiver(waiver)));
        object.add("waivers", waivers);
        JsonArray rules = new JsonArray();
        report.results().forEach(result -> rules.add(rule(result)));
        object.add("rules", rules);
        return object;
    }

    private static JsonObject waiver(Waiver waiver) {
        JsonObject object = new JsonObject();
        object.addProperty("rule", waiver.rule());
        object.addProperty("backend", waiver.backend());
        object.addProperty("expires", waiver.expires().toString());
        object.addProperty("issue", waiver.issue());
        return object;
    }

    private static JsonObject rule(RuleResult result) {
        JsonObject object = new JsonObject();
        object.addProperty("id", result.rule().id());
        object.addProperty("level", result.rule().level().name());
        object.addProperty("verdict", result.verdict().name());
        object.addProperty("sentence", result.rule().sentence());
        object.addProperty("source", result.rule().source());
        object.addProperty("since", result.rule().since());
        object.add(
                "applies",
                strings(result.rule().gates().stream().map(Gate::toString).toList()));
        object.add("witness", strings(result.witnessed()));
        object.add("declaredWitness", strings(result.declared()));
        object.addProperty("seed", result.seed());
        object.addProperty("replay", result.token().map(Object::toString).orElse(""));
        object.addProperty("operations", result.operations());
        object.addProperty("message", result.message());
        object.add("hints", strings(result.rule().hints()));
        object.add("trace", strings(result.trace()));
        return object;
    }

    private static JsonArray strings(Iterable<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }
}
