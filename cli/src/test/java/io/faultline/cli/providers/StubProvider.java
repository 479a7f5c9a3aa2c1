/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.cli.providers;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.capability.CapabilitySet;
import io.faultline.api.error.ErrorId;
import io.faultline.api.error.HypervisorException;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.machine.MachinePlan;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.BackendDescriptor;
import io.faultline.api.spi.HypervisorBackend;
import io.faultline.api.spi.HypervisorBackendProvider;
import io.faultline.api.spi.ProbeResult;
import io.faultline.api.spi.Setting;
import java.util.List;

/** Providers that plugins of the tests name. */
public abstract class StubProvider implements HypervisorBackendProvider {
    private final String id;

    StubProvider(String id) {
        this.id = id;
    }

    @Override
    public BackendDescriptor descriptor() {
        return new BackendDescriptor(
                id,
                "Stub <" + id + ">",
                "tests",
                "1.2",
                List.of(
                        Setting.choice("colour", "Colour of the stub.", "red", "green"),
                        Setting.free("size", "3", "Size of the stub, 0 to 9.")));
    }

    @Override
    public ProbeResult probe() {
        return new ProbeResult.Available(0, "a stub works everywhere");
    }

    @Override
    public HypervisorBackend open(BackendConfiguration configuration) {
        throw new HypervisorException(ErrorId.BACKEND_UNAVAILABLE, "a stub cannot be opened", "backend " + id, "");
    }

    /** Cannot work here. */
    public static final class Missing extends StubProvider {
        public Missing() {
            super("missing");
        }

        @Override
        public ProbeResult probe() {
            return new ProbeResult.Unavailable("there is no /dev/stub", "load the module stub");
        }
    }

    /** Works and cannot be opened. */
    public static final class Closed extends StubProvider {
        public Closed() {
            super("closed");
        }
    }

    /** Has the id of a backend that is installed. */
    public static final class Double extends StubProvider {
        public Double() {
            super("kvm");
        }
    }

    /** Breaks its contract when it is probed. */
    public static final class ThrowingProbe extends StubProvider {
        public ThrowingProbe() {
            super("throwing");
        }

        @Override
        public ProbeResult probe() {
            throw new IllegalStateException("probe is\nbroken");
        }
    }

    /** Breaks its contract when it is opened. */
    public static final class ThrowingOpen extends StubProvider {
        public ThrowingOpen() {
            super("throwing-open");
        }

        @Override
        public HypervisorBackend open(BackendConfiguration configuration) {
            throw new NoClassDefFoundError("lost/Class");
        }
    }

    /** Has no descriptor. */
    public static final class Nameless extends StubProvider {
        public Nameless() {
            super("nameless");
        }

        @Override
        public BackendDescriptor descriptor() {
            throw new IllegalStateException("I do not know who I am");
        }
    }

    /** Opens and cannot make machines. */
    public static final class Hollow extends StubProvider {
        public Hollow() {
            super("hollow");
        }

        @Override
        public HypervisorBackend open(BackendConfiguration configuration) {
            return new HypervisorBackend() {
                @Override
                public BackendDescriptor descriptor() {
                    return Hollow.this.descriptor();
                }

                @Override
                public CapabilitySet capabilities() {
                    return CapabilitySet.builder().with(Capabilities.VCPUS, 1).build();
                }

                @Override
                public MachinePlan plan(MachineRequest request) {
                    throw new IllegalStateException("there is nothing inside");
                }

                @Override
                public List<GuestDriver> guestDrivers() {
                    return List.of();
                }

                @Override
                public void close() {}
            };
        }
    }
}
