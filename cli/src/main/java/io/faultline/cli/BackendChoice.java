/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli;

import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendRegistry;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import java.util.Objects;

/**
 * A backend as the user names it.
 *
 * @param id id of the backend
 * @param settings its settings as {@code key=value,key=value}; empty for the defaults
 */
record BackendChoice(String id, String settings) {
    BackendChoice {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(settings, "settings");
    }

    /** Reads {@code ID[:key=value,...]}. */
    static BackendChoice parse(String text) {
        int colon = text.indexOf(':');
        return colon < 0
                ? new BackendChoice(text, "")
                : new BackendChoice(text.substring(0, colon), text.substring(colon + 1));
    }

    /** Opens the backend. */
    HypervisorBackend open(BackendRegistry registry) {
        HypervisorBackendProvider provider = registry.provider(id);
        BackendConfiguration configuration = BackendConfiguration.parse(provider.descriptor(), settings);
        if (probe(provider) instanceof ProbeResult.Unavailable missing) {
            throw new HypervisorException(
                    ErrorId.BACKEND_UNAVAILABLE, missing.reason(), "backend " + id, missing.hint());
        }
        return guarded(id, () -> provider.open(configuration));
    }

    /** Chooses the best backend that works here. */
    static BackendChoice best(BackendRegistry registry) {
        return guarded("(any)", registry::best)
                .map(provider -> new BackendChoice(provider.descriptor().id(), ""))
                .orElseThrow(() -> new CommandFailure(
                        ExitStatus.UNAVAILABLE, "no backend works here; 'faultline backends' tells why"));
    }

    /** Asks a provider whether it works here. */
    static ProbeResult probe(HypervisorBackendProvider provider) {
        return guarded(provider.descriptor().id(), provider::probe);
    }

    /** What a provider must not throw is reported as its defect. */
    private static <T> T guarded(String id, Call<T> call) {
        try {
            return call.make();
        } catch (HypervisorException reported) {
            throw reported;
        } catch (RuntimeException | LinkageError broken) {
            throw new HypervisorException(
                    ErrorId.BROKEN_PROVIDER,
                    "the provider threw "
                            + broken.toString().lines().findFirst().orElse(""),
                    "backend " + id,
                    "report this to its author",
                    broken);
        }
    }

    private interface Call<T> {
        T make();
    }
}
