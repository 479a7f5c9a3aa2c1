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

    private abstract static class Overlaying implements OverlayMap {
        private final AccessFlags standard;
        final Host host;

        Overlaying(AccessFlags standard, Host host) {
            this.standard = standard;
            this.host = host;
        }

        @Override
        public boolean show(long page, Frame frame) {
            return standard.show(page, frame);
        }

        @Override
        public void hide(long page, Frame frame) {
            standard.hide(page, frame);
        }

        @Override
        public boolean isShown(long page, Frame frame) {
            return standard.isShown(page, frame);
        }
    }

    private static final class Resident extends Overlaying {
        @Inject
        Resident(AccessFlags standard, Host host) {
            super(standard, host);
        }

        @Override
        public boolean show(long page, Frame frame) {
            return host.ram().isResident(page) && super.show(page, frame);
        }
    }

    private static final class Emptying extends Overlaying {
        @Inject
        Emptying(AccessFlags standard, Host host) {
            super(standard, host);
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
    private static final class Depriving extends Overlaying {
        @Inject
        Depriving(AccessFlags standard, Host host) {
            super(standard, host);
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
