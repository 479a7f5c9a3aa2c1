/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import static io.faultline.backend.hyperv.fuzz.SeededBugTest.bug;

import com.google.inject.Module;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.intercept.AccessFlags;
import io.faultline.backend.hyperv.overlay.OverlayMap;
import io.faultline.hwmodel.mmu.Stage2;
import jakarta.inject.Inject;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** Bugs that nobody sees as long as all pages are there. */
final class AbsentPageBugs {
    private AbsentPageBugs() {}

    static Stream<Named<Module>> all() {
        return Stream.of(
                Named.of("no page is shown where RAM is absent", bug(OverlayMap.class, Resident.class)),
                Named.of("absent RAM beneath a page comes back empty", bug(OverlayMap.class, Emptying.class)),
                Named.of("RAM that was absent beneath a page loses a right", bug(OverlayMap.class, Depriving.class)));
    }

    private static final class Resident extends OverlayBug {
        private final Host host;

        @Inject
        Resident(AccessFlags standard, Host host) {
            super(standard);
            this.host = host;
        }

        @Override
        public boolean show(long page, Frame frame) {
            return host.ram().isResident(page) && super.show(page, frame);
        }
    }

    private static final class Emptying extends OverlayBug {
        private final Host host;

        @Inject
        Emptying(AccessFlags standard, Host host) {
            super(standard);
            this.host = host;
        }

        @Override
        public void hide(long page, Frame frame) {
            super.hide(page, frame);
            if (!host.ram().isResident(page)) {
                host.ram().makeResident(page, new byte[4096]);
            }
        }
    }

    /** Only a saved state shows it. */
    private static final class Depriving extends OverlayBug {
        private final Host host;

        @Inject
        Depriving(AccessFlags standard, Host host) {
            super(standard);
            this.host = host;
        }

        @Override
        public void hide(long page, Frame frame) {
            super.hide(page, frame);
            if (!host.ram().isResident(page)) {
                host.stage2().permit(page, Stage2.READ | Stage2.WRITE);
            }
        }
    }
}
