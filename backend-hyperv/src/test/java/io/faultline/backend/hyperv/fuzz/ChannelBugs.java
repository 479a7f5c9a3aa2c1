/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import static io.faultline.backend.hyperv.fuzz.SeededBugTest.bug;

import com.google.inject.Module;
import io.faultline.backend.hyperv.synic.EventFlags;
import io.faultline.backend.hyperv.synic.StandardEventFlags;
import jakarta.inject.Inject;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** Bugs of which only a VMM hears that triggers flags. */
final class ChannelBugs {
    private ChannelBugs() {}

    static Stream<Named<Module>> all() {
        return Stream.of(
                Named.of("a flag is said to be new that was set before", bug(EventFlags.class, Fresh.class)),
                Named.of("a masked source is said to be ready", bug(EventFlags.class, Willing.class)));
    }

    private static class Flags implements EventFlags {
        private final StandardEventFlags standard;

        Flags(StandardEventFlags standard) {
            this.standard = standard;
        }

        @Override
        public int signal(int vcpu, int source, int flag) {
            return standard.signal(vcpu, source, flag);
        }

        @Override
        public boolean isReceiving(int vcpu) {
            return standard.isReceiving(vcpu);
        }

        @Override
        public boolean canSignal(int vcpu, int source) {
            return standard.canSignal(vcpu, source);
        }

        @Override
        public boolean isSet(int vcpu, int source, int flag) {
            return standard.isSet(vcpu, source, flag);
        }
    }

    private static final class Fresh extends Flags {
        @Inject
        Fresh(StandardEventFlags standard) {
            super(standard);
        }

        @Override
        public boolean isSet(int vcpu, int source, int flag) {
            return false;
        }
    }

    private static final class Willing extends Flags {
        @Inject
        Willing(StandardEventFlags standard) {
            super(standard);
        }

        @Override
        public boolean canSignal(int vcpu, int source) {
            return isReceiving(vcpu);
        }
    }
}
