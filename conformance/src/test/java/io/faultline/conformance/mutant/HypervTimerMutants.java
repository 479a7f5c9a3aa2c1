/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.mutant;

import static io.faultline.conformance.mutant.HypervMutant.binding;
import static io.faultline.conformance.mutant.HypervMutant.module;
import static io.faultline.conformance.mutant.HypervMutant.part;
import static io.faultline.conformance.mutant.HypervMutant.register;
import static io.faultline.conformance.mutant.HypervMutant.registers;
import static io.faultline.conformance.mutant.HypervMutant.state;

import com.google.inject.Injector;
import io.faultline.api.state.StateReader;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.feature.InformationRegisters;
import io.faultline.backend.hyperv.intercept.AccessFlags;
import io.faultline.backend.hyperv.overlay.OverlayMap;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.backend.hyperv.synic.BufferKind;
import io.faultline.backend.hyperv.synic.Controllers;
import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.backend.hyperv.synic.MessageQueues;
import io.faultline.backend.hyperv.synic.Sint;
import io.faultline.backend.hyperv.synic.Slot;
import io.faultline.backend.hyperv.synic.SlotWriter;
import io.faultline.backend.hyperv.synic.StandardSlotWriter;
import io.faultline.backend.hyperv.synic.Synic;
import io.faultline.backend.hyperv.timer.PeriodRule;
import io.faultline.backend.hyperv.timer.ReferenceCounter;
import io.faultline.backend.hyperv.timer.ReferenceTscPage;
import io.faultline.backend.hyperv.timer.StandardTimerSignals;
import io.faultline.backend.hyperv.timer.StandardTscParameters;
import io.faultline.backend.hyperv.timer.SyntheticTimers;
import io.faultline.backend.hyperv.timer.TimerConfig;
import io.faultline.backend.hyperv.timer.TimerSignals;
import io.faultline.backend.hyperv.timer.TscParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/** Bugs in clocks and timers, in the pages of the hypervisor, and in saving and restoring. */
final class HypervTimerMutants {
    private static final int PAGE = 4096;
    private static final int INVALID_SEQUENCE = 0xFFFF_FFFF;
    private static final int TIMERS = 4;
    private static final int SOURCE = 5;
    private static final long EARLY = 5_000;

    static final List<Mutant> ALL = List.of(
            register(
                    "the-second-vcpu-is-behind",
                    "HV-130",
                    "is not before",
                    ReferenceCounter.REGISTER,
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            int status = super.read(vcpu, name, value);
                            value.set(value.low() - vcpu * EARLY);
                            return status;
                        }
                    }),
            parameters(
                    "the-page-is-ahead-of-the-counter",
                    "HV-131",
                    "is between the readings",
                    parts -> new LikeParameters(parts) {
                        @Override
                        public long offset() {
                            return super.offset() + EARLY;
                        }
                    }),
            parameters(
                    "a-valid-page-says-that-it-is-not",
                    "HV-132",
                    "the sequence number 0xffffffff is neither 0 nor 0xFFFFFFFF",
                    parts -> new LikeParameters(parts) {
                        @Override
                        public int next(int sequence) {
                            return INVALID_SEQUENCE;
                        }
                    }),
            register(
                    "turning-the-page-off-forgets-its-place",
                    "HV-133",
                    "register 0x90017 of vCPU 0 turned off",
                    ReferenceTscPage.REGISTER,
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            return (value.low() & 1) == 0 ? write(vcpu, name, 0) : super.write(vcpu, name, value);
                        }
                    }),
            timers(
                    "a-timer-that-expired-stays-enabled",
                    "HV-134",
                    "enable of timer 0 after it expired",
                    right -> new LikeGroup(right) {
                        private final TreeMap<Integer, Long> last = new TreeMap<>();

                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            int status = super.read(vcpu, name, value);
                            if (isConfig(name) && TimerConfig.source(value.low()) != 0) {
                                value.set(value.low() | last.getOrDefault(name, 0L) & TimerConfig.ENABLE);
                            }
                            return status;
                        }

                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            last.put(name, value.low());
                            return super.write(vcpu, name, value);
                        }
                    }),
            signals(
                    "a-message-names-the-next-timer",
                    "HV-135",
                    "index in the message of timer 0 for one shot",
                    parts -> new LikeSignals(parts) {
                        @Override
                        public void message(int vcpu, int source, MessageBuffer buffer, int timer, long due) {
                            super.message(vcpu, source, buffer, (timer + 1) % TIMERS, due);
                        }
                    }),
            module(
                    "a-timer-is-early",
                    "HV-136",
                    "is not seen before",
                    binding(TimerSignals.class, parts -> new LikeSignals(parts) {
                        @Override
                        public void message(int vcpu, int source, MessageBuffer buffer, int timer, long due) {
                            super.message(vcpu, source, buffer, timer, due + EARLY);
                        }
                    }),
                    registers(SyntheticTimers.CONFIG_REGISTER, (parts, right) -> new LikeGroup(right) {
                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            int status = super.read(vcpu, name, value);
                            if (!isConfig(name) && value.low() != 0) {
                                value.set(value.low() + EARLY);
                            }
                            return status;
                        }

                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            return !isConfig(name) && value.low() > EARLY
                                    ? write(vcpu, name, value.low() - EARLY)
                                    : super.write(vcpu, name, value);
                        }
                    })),
            timers(
                    "count-0-is-ignored",
                    "HV-137",
                    "type in slot 4 of vCPU 0 after count 0",
                    right -> new LikeGroup(right) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            return !isConfig(name) && value.low() == 0 ? 0 : super.write(vcpu, name, value);
                        }
                    }),
            timers(
                    "no-timer-starts-by-itself",
                    "HV-138",
                    "enable of timer 3 with a count",
                    right -> new LikeGroup(right) {
                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            return isConfig(name)
                                    ? write(vcpu, name, value.low() & ~TimerConfig.AUTO_ENABLE)
                                    : super.write(vcpu, name, value);
                        }
                    }),
            timers(
                    "a-timer-for-nobody-is-enabled",
                    "HV-139",
                    "enable of timer 0 for messages of source 0",
                    right -> new LikeGroup(right) {
                        private final TreeMap<Integer, Long> last = new TreeMap<>();

                        @Override
                        public int read(int vcpu, int name, RegisterValue value) {
                            int status = super.read(vcpu, name, value);
                            if (isConfig(name) && !TimerConfig.isNoticed(value.low())) {
                                value.set(value.low() | last.getOrDefault(name, 0L) & TimerConfig.ENABLE);
                            }
                            return status;
                        }

                        @Override
                        public int write(int vcpu, int name, RegisterValue value) {
                            last.put(name, value.low());
                            return super.write(vcpu, name, value);
                        }
                    }),
            queues(
                    "a-timer-empties-its-slot",
                    "HV-140",
                    "type in a slot that the guest filled",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            if (buffer.kind() == BufferKind.TIMER) {
                                page(vcpu).store32(Slot.at(source) + Slot.TYPE, 0);
                            }
                            super.post(vcpu, source, buffer);
                        }
                    }),
            signals(
                    "a-direct-timer-fills-slot-0",
                    "HV-141",
                    "type in slot 0 of vCPU 0 after a timer in direct mode",
                    parts -> new LikeSignals(parts) {
                        @Override
                        public void interrupt(int vcpu, int intid) {
                            parts.getInstance(Controllers.class)
                                    .messages(vcpu)
                                    .frame()
                                    .store32(Slot.TYPE, StandardTimerSignals.TYPE);
                            super.interrupt(vcpu, intid);
                        }
                    }),
            part(
                    "periods-that-were-missed-are-made-up-for",
                    "HV-142",
                    "one message waits of timer 0",
                    PeriodRule.class,
                    parts -> (last, period, now) -> last + period),
            queues(
                    "a-timer-does-not-wait-for-its-page",
                    "HV-143",
                    "type of the message of timer 2 when register 0xa0013 is on",
                    parts -> new LikeQueues(parts) {
                        @Override
                        public void post(int vcpu, int source, MessageBuffer buffer) {
                            if (buffer.kind() != BufferKind.TIMER || isReceiving(vcpu)) {
                                super.post(vcpu, source, buffer);
                            }
                        }
                    }),
            register(
                    "timers-that-are-absent-can-be-read",
                    "HV-144",
                    "status of Get of register 0xb0000",
                    InformationRegisters.VERSION,
                    (parts, right) -> new LikeGroup(right) {
                        @Override
                        public List<RegisterRange> ranges() {
                            List<RegisterRange> all = new ArrayList<>(super.ranges());
                            int first = SyntheticTimers.CONFIG_REGISTER;
                            all.add(RegisterRange.readOnly(first, first + 2 * TIMERS - 1, RegisterRange.NO_PRIVILEGE));
                            return all;
                        }
                    }),
            // Overlays
            map(
                    "a-page-begins-with-what-is-below",
                    "HV-145",
                    "bits in the page of register 0xa0013 when it is turned on the first time",
                    parts -> new LikeMap(parts) {
                        @Override
                        public boolean show(long page, Frame frame) {
                            byte[] below = below(page);
                            boolean isShown = super.show(page, frame);
                            if (isShown) {
                                frame.write(0, below, 0, PAGE);
                            }
                            return isShown;
                        }
                    }),
            map(
                    "a-page-leaves-its-contents-behind",
                    "HV-146",
                    "type in slot 5 of vCPU 0 at the old place",
                    parts -> new LikeMap(parts) {
                        @Override
                        public void hide(long page, Frame frame) {
                            byte[] contents = HypervNotes.copy(frame, 0, PAGE);
                            super.hide(page, frame);
                            host.ram().write(page, contents, 0, PAGE);
                        }
                    }),
            HypervMessageMutants.dropping(
                    "a-move-forgets-what-waits",
                    "HV-147",
                    "messages of source 5 of vCPU 0 after three moves",
                    (register, before, after) ->
                            register == Synic.SIMP && (before & after & 1) != 0 && before != after),
            map(
                    "a-page-that-is-turned-on-is-zero",
                    "HV-148",
                    "byte 1280 of the page after off and on",
                    parts -> new LikeMap(parts) {
                        @Override
                        public void hide(long page, Frame frame) {
                            super.hide(page, frame);
                            if (!isElsewhere(page, frame)) {
                                frame.clear();
                            }
                        }
                    }),
            map(
                    "what-is-below-a-page-is-lost",
                    "HV-149",
                    "after register 0xa0013 moved away",
                    parts -> new LikeMap(parts) {
                        @Override
                        public boolean show(long page, Frame frame) {
                            boolean isShown = super.show(page, frame);
                            if (isShown) {
                                host.ram().write(page, new byte[PAGE], 0, PAGE);
                            }
                            return isShown;
                        }
                    }),
            module(
                    "a-message-is-written-where-the-page-was",
                    "HV-150",
                    "type in slot 5 of vCPU 0 at the old place",
                    binding(OverlayMap.class, parts -> new LikeMap(parts) {
                        @Override
                        public void hide(long page, Frame frame) {
                            super.hide(page, frame);
                            parts.getInstance(HypervNotes.class).numbers.put(0, page);
                        }
                    }),
                    binding(SlotWriter.class, parts -> {
                        SlotWriter right = parts.getInstance(StandardSlotWriter.class);
                        return (page, source, message, more) -> {
                            Long before =
                                    parts.getInstance(HypervNotes.class).numbers.get(0);
                            right.write(page, source, message, more);
                            if (before != null) {
                                right.write(new Frame(page.ram(), before), source, message, more);
                            }
                        };
                    })),
            map("a-page-may-be-nowhere", "HV-151", "status of Set of register 0xa0013 at", parts -> new LikeMap(parts) {
                @Override
                public boolean show(long page, Frame frame) {
                    return super.show(page, frame) || !host.ram().contains(page);
                }

                @Override
                public void hide(long page, Frame frame) {
                    if (host.ram().contains(page)) {
                        super.hide(page, frame);
                    }
                }
            }),
            map(
                    "two-pages-at-one-place-change-what-is-below",
                    "HV-152",
                    "when both pages are off",
                    parts -> new LikeMap(parts) {
                        @Override
                        public boolean show(long page, Frame frame) {
                            boolean isTaken =
                                    host.ram().contains(page) && host.stage2().physical(page) != page;
                            if (isTaken) {
                                host.ram().write(page, HypervNotes.copy(frame, 0, PAGE), 0, PAGE);
                            }
                            return super.show(page, frame);
                        }
                    }),
            flagPage("the-flag-page-is-zero-where-it-moves", "HV-112", "flags at the new place"),
            // Saving and restoring
            state(
                    "a-restore-empties-the-queues",
                    "HV-169",
                    "messages that wait after restore",
                    "queues",
                    (parts, right) -> new LikePart(right) {
                        @Override
                        public void restore(StateReader reader) {
                            super.restore(reader);
                            super.reset();
                        }
                    }),
            state(
                    "a-restore-takes-marks-away",
                    "HV-170",
                    "byte 1285 of the SIM page after restore",
                    "synic",
                    (parts, right) -> new LikePart(right) {
                        private boolean isRestored;

                        @Override
                        public void restore(StateReader reader) {
                            super.restore(reader);
                            isRestored = true;
                        }

                        @Override
                        public void entered(int vcpu) {
                            Frame page = parts.getInstance(Controllers.class)
                                    .messages(vcpu)
                                    .frame();
                            for (int source = 0; isRestored && source < Sint.COUNT; source++) {
                                page.store8(Slot.at(source) + Slot.FLAGS, 0);
                            }
                            isRestored = false;
                            super.entered(vcpu);
                        }
                    }),
            state(
                    "a-restore-begins-a-period",
                    "HV-171",
                    "type of the message of timer 2 of the second period",
                    "synthetic-timers",
                    (parts, right) -> new LikePart(right) {
                        private boolean isRestored;

                        @Override
                        public void restore(StateReader reader) {
                            super.restore(reader);
                            isRestored = true;
                        }

                        @Override
                        public long nextDeadline() {
                            SyntheticTimers timers = parts.getInstance(SyntheticTimers.class);
                            for (int i = 0; isRestored && i < TIMERS; i++) {
                                RegisterValue config = new RegisterValue();
                                timers.read(0, SyntheticTimers.CONFIG_REGISTER + 2 * i, config);
                                if (TimerConfig.isPeriodic(config.low())) {
                                    timers.write(0, SyntheticTimers.CONFIG_REGISTER + 2 * i, config);
                                }
                            }
                            isRestored = false;
                            return super.nextDeadline();
                        }
                    }),
            state(
                    "a-restore-interrupts-for-slots-in-use",
                    "HV-172",
                    "vCPU 0 after restore with slot and flag in use",
                    "synic",
                    (parts, right) -> new LikePart(right) {
                        private boolean isRestored;

                        @Override
                        public void restore(StateReader reader) {
                            super.restore(reader);
                            isRestored = true;
                        }

                        @Override
                        public void entered(int vcpu) {
                            Controllers controllers = parts.getInstance(Controllers.class);
                            Frame page = controllers.messages(vcpu).frame();
                            if (isRestored && page.load32(Slot.at(SOURCE)) != 0) {
                                parts.getInstance(InterruptRequest.class)
                                        .raise(vcpu, Sint.vector(controllers.sint(vcpu, SOURCE)));
                            }
                            isRestored = false;
                            super.entered(vcpu);
                        }
                    }),
            state(
                    "a-reset-empties-all-queues",
                    "HV-173",
                    "messages of source 5 of vCPU 0",
                    "queues",
                    (parts, right) -> new LikePart(right) {
                        @Override
                        public void resetVcpu(int vcpu) {
                            super.reset();
                        }
                    }),
            state(
                    "a-reset-masks-the-sources-of-all",
                    "HV-183",
                    "register 0xa0005 of vCPU 0 after reset of vCPU 1",
                    "synic",
                    (parts, right) -> new LikePart(right) {
                        @Override
                        public void resetVcpu(int vcpu) {
                            super.resetVcpu(vcpu);
                            RegisterValue masked = new RegisterValue();
                            masked.set(Sint.RESET);
                            for (int i = 0; i < parts.getInstance(Host.class).vcpuCount(); i++) {
                                parts.getInstance(Synic.class).write(i, Synic.SINT0 + SOURCE, masked);
                            }
                        }
                    }));

    /** Parameters as the backend has them; a mutant changes some of it. */
    private static class LikeParameters implements TscParameters {
        private final TscParameters right;

        LikeParameters(Injector parts) {
            right = parts.getInstance(StandardTscParameters.class);
        }

        @Override
        public long scale() {
            return right.scale();
        }

        @Override
        public long offset() {
            return right.offset();
        }

        @Override
        public int next(int sequence) {
            return right.next(sequence);
        }
    }

    /** Signals as the backend has them; a mutant changes some of it. */
    private static class LikeSignals implements TimerSignals {
        private final TimerSignals right;

        LikeSignals(Injector parts) {
            right = parts.getInstance(StandardTimerSignals.class);
        }

        @Override
        public void interrupt(int vcpu, int intid) {
            right.interrupt(vcpu, intid);
        }

        @Override
        public void message(int vcpu, int source, MessageBuffer buffer, int timer, long due) {
            right.message(vcpu, source, buffer, timer, due);
        }

        @Override
        public void placing(MessageBuffer buffer) {
            right.placing(buffer);
        }
    }

    /** A map as the backend has it; a mutant changes some of it. */
    static class LikeMap implements OverlayMap {
        final Host host;
        private final OverlayMap right;
        private final TreeMap<Long, Long> shown = new TreeMap<>();

        LikeMap(Injector parts) {
            host = parts.getInstance(Host.class);
            right = parts.getInstance(AccessFlags.class);
        }

        /** What the guest sees at a place without the page. */
        final byte[] below(long page) {
            byte[] below = new byte[PAGE];
            if (host.ram().contains(page)) {
                host.ram().read(page, below, 0, PAGE);
            }
            return below;
        }

        final boolean isElsewhere(long page, Frame frame) {
            return shown.getOrDefault(frame.physical(), page) != page;
        }

        @Override
        public boolean show(long page, Frame frame) {
            boolean isShown = right.show(page, frame);
            if (isShown) {
                shown.put(frame.physical(), page);
            }
            return isShown;
        }

        @Override
        public void hide(long page, Frame frame) {
            right.hide(page, frame);
        }

        @Override
        public boolean isShown(long page, Frame frame) {
            return right.isShown(page, frame);
        }
    }

    private HypervTimerMutants() {}

    private static boolean isConfig(int name) {
        return (name - SyntheticTimers.CONFIG_REGISTER) % 2 == 0;
    }

    private static Mutant timers(String id, String rule, String words, Function<RegisterGroup, RegisterGroup> bug) {
        return register(id, rule, words, SyntheticTimers.CONFIG_REGISTER, (parts, right) -> bug.apply(right));
    }

    private static Mutant parameters(String id, String rule, String words, Function<Injector, TscParameters> bug) {
        return part(id, rule, words, TscParameters.class, bug);
    }

    private static Mutant signals(String id, String rule, String words, Function<Injector, TimerSignals> bug) {
        return part(id, rule, words, TimerSignals.class, bug);
    }

    private static Mutant queues(String id, String rule, String words, Function<Injector, MessageQueues> bug) {
        return part(id, rule, words, MessageQueues.class, bug);
    }

    private static Mutant map(String id, String rule, String words, Function<Injector, OverlayMap> bug) {
        return part(id, rule, words, OverlayMap.class, bug);
    }

    /** A page of flags whose contents do not move with it. */
    private static Mutant flagPage(String id, String rule, String words) {
        return register(id, rule, words, Synic.SIEFP, (parts, right) -> new LikeGroup(right) {
            @Override
            public int write(int vcpu, int name, RegisterValue value) {
                long before = value(vcpu, Synic.SIEFP);
                int status = super.write(vcpu, name, value);
                boolean isMoved = name == Synic.SIEFP && (before & value.low() & 1) != 0 && before != value.low();
                if (status == 0 && isMoved) {
                    parts.getInstance(Controllers.class).flags(vcpu).frame().clear();
                }
                return status;
            }
        });
    }
}
