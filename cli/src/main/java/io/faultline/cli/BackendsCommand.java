/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import io.faultline.api.spi.Setting;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the backends. */
@Command(name = "backends", description = "List the backends, whether they work here, and their settings.")
final class BackendsCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private PluginOptions plugins;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BackendsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        BackendRegistry registry = plugins.discover(session);
        if (json) {
            printJson(registry);
        } else {
            registry.providers().forEach(provider -> print(provider, registry));
        }
        if (registry.providers().isEmpty()) {
            throw new CommandFailure(ExitStatus.UNAVAILABLE, "no backend is installed; name one with --plugin");
        }
        return ExitStatus.FINE.code();
    }

    private void print(HypervisorBackendProvider provider, BackendRegistry registry) {
        PrintStream out = session.out();
        BackendDescriptor descriptor = provider.descriptor();
        out.println(descriptor.id() + ": " + descriptor.displayName() + ", version " + descriptor.version() + ", by "
                + descriptor.vendor());
        ProbeResult probe = BackendChoice.probe(provider);
        if (probe instanceof ProbeResult.Available available) {
            out.println("  works here, score " + available.score() + ": " + available.detail());
            CapabilitySet capabilities = capabilities(descriptor, registry);
            out.println("  capabilities: " + String.join(", ", capabilities.ids()));
            String limits = capabilities.values().entrySet().stream()
                    .filter(entry -> !(entry.getValue() instanceof Boolean))
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .collect(Collectors.joining(", "));
            if (!limits.isEmpty()) {
                out.println("  limits: " + limits);
            }
        } else if (probe instanceof ProbeResult.Unavailable missing) {
            out.println("  does not work here: " + missing.reason() + "; " + missing.hint());
        }
        for (Setting setting : descriptor.settings()) {
            String allowed = setting.allowed().isEmpty() ? "" : " (" + String.join(", ", setting.allowed()) + ")";
            out.println("  " + setting.key() + "=" + setting.defaultValue() + allowed + ": " + setting.meaning());
        }
    }

    private static CapabilitySet capabilities(BackendDescriptor descriptor, BackendRegistry registry) {
        try (HypervisorBackend backend = new BackendChoice(descriptor.id(), "").open(registry)) {
            return backend.capabilities();
        }
    }

    private void printJson(BackendRegistry registry) {
        JsonArray backends = new JsonArray();
        registry.providers().forEach(provider -> backends.add(json(provider, registry)));
        JsonArray problems = new JsonArray();
        registry.problems().forEach(problem -> {
            JsonObject object = new JsonObject();
            object.addProperty("provider", problem.provider());
            object.addProperty("origin", problem.origin());
            object.addProperty("problem", problem.problem());
            problems.add(object);
        });
        JsonObject root = new JsonObject();
        root.add("backends", backends);
        root.add("problems", problems);
        Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
        session.out().println(gson.toJson(root));
    }

    private static JsonObject json(HypervisorBackendProvider provider, BackendRegistry registry) {
        BackendDescriptor descriptor = provider.descriptor();
        JsonObject object = new JsonObject();
        object.addProperty("id", descriptor.id());
        object.addProperty("name", descriptor.displayName());
        object.addProperty("vendor", descriptor.vendor());
        object.addProperty("version", descriptor.version());
        ProbeResult probe = BackendChoice.probe(provider);
        object.addProperty("available", probe instanceof ProbeResult.Available);
        if (probe instanceof ProbeResult.Available available) {
            object.addProperty("score", available.score());
            object.addProperty("detail", available.detail());
            JsonArray ids = new JsonArray();
            JsonObject values = new JsonObject();
            capabilities(descriptor, registry).values().forEach((id, value) -> {
                ids.add(id);
                values.addProperty(id, value.toString());
            });
            object.add("capabilities", ids);
            object.add("capabilityValues", values);
        } else if (probe instanceof ProbeResult.Unavailable missing) {
            object.addProperty("reason", missing.reason());
            object.addProperty("hint", missing.hint());
        }
        JsonArray settings = new JsonArray();
        for (Setting setting : descriptor.settings()) {
            JsonObject entry = new JsonObject();
            entry.addProperty("key", setting.key());
            entry.addProperty("default", setting.defaultValue());
            JsonArray allowed = new JsonArray();
            setting.allowed().forEach(allowed::add);
            entry.add("allowed", allowed);
            entry.addProperty("meaning", setting.meaning());
            settings.add(entry);
        }
        object.add("settings", settings);
        return object;
    }
}
