/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.junit;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.conformance.engine.RunOptions;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.descriptor.ClassSource;

/** A backend in the tree of tests. */
final class BackendDescriptorNode extends AbstractTestDescriptor {
    static final String SEGMENT = "backend";

    private final HypervisorBackendProvider provider;
    private final BackendConfiguration configuration;
    private final RunOptions options;

    /** The origin is the class that build tools and IDEs report these tests under. */
    BackendDescriptorNode(
            UniqueId parent,
            Class<?> origin,
            HypervisorBackendProvider provider,
            BackendConfiguration configuration,
            RunOptions options) {
        super(
                parent.append(SEGMENT, provider.descriptor().id()),
                provider.descriptor().displayName(),
                ClassSource.from(origin));
        this.provider = provider;
        this.configuration = configuration;
        this.options = options;
    }

    HypervisorBackendProvider provider() {
        return provider;
    }

    BackendConfiguration configuration() {
        return configuration;
    }

    RunOptions options() {
        return options;
    }

    @Override
    public Type getType() {
        return Type.CONTAINER;
    }
}
