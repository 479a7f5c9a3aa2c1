/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import static io.faultline.backend.hyperv.fuzz.SeededBugTest.bug;

import com.google.inject.Module;
import io.faultline.api.arm64.AccessKind;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.hyperv.hypercall.ForbiddenPages;
import io.faultline.backend.hyperv.intercept.AccessFlags;
import io.faultline.backend.hyperv.intercept.InterceptMessages;
import io.faultline.backend.hyperv.intercept.StandardInterceptMessages;
import io.faultline.backend.hyperv.overlay.OverlayMap;
import io.faultline.backend.hyperv.overlay.StandardOverlayMap;
import jakarta.inject.Inject;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** Bugs of which only a VMM hears that wants to hear of accesses. */
final class InterceptBugs {
    private InterceptBugs() {}

    static Stream<Named<Module>> all() {
        return Stream.of(
                Named.of("a call with a forbidden page is refused", bug(ForbiddenPages.class, Refusing.class)),
                Named.of("an intercepted write is said to be a read", bug(InterceptMessages.class, Reading.class)),
                Named.of("no page is shown where something is forbidden", bug(OverlayMap.class, Unaware.class)),
                Named.of("what was forbidden is allowed when a page has gone", bug(OverlayMap.class, Lifting.class)));
    }

    private static final class Refusing implements ForbiddenPages {
        @Inject
        Refusing() {}

        @Override
        public boolean isIntercepted(long page) {
            return false;
        }
    }

    private static final class Reading implements InterceptMessages {
        private final StandardInterceptMessages standard;

        @Inject
        Reading(StandardInterceptMessages standard) {
            this.standard = standard;
        }

        @Override
        public void memory(
                VirtualProcessor vcpu, int type, AccessKind access, long page, boolean stage1Walk, byte[] message) {
            AccessKind said = access == AccessKind.WRITE ? AccessKind.READ : access;
            standard.memory(vcpu, type, said, page, stage1Walk, message);
        }
    }

    private static final class Unaware extends OverlayBug {
        @Inject
        Unaware(StandardOverlayMap standard) {
            super(standard);
        }
    }

    private static final class Lifting extends OverlayBug {
        private final StandardOverlayMap standard;

        @Inject
        Lifting(AccessFlags flags, StandardOverlayMap standard) {
            super(flags);
            this.standard = standard;
        }

        @Override
        public void hide(long page, Frame frame) {
            standard.hide(page, frame);
        }
    }
}
