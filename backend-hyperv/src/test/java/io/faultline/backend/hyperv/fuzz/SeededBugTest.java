/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.fuzz;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import io.faultline.api.arm64.AccessWidth;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.feature.Identity;
import io.faultline.backend.hyperv.hypercall.Call;
import io.faultline.backend.hyperv.hypercall.CallShape;
import io.faultline.backend.hyperv.hypercall.Gate;
import io.faultline.backend.hyperv.hypercall.Hypercall;
import io.faultline.backend.hyperv.hypercall.HypercallDecoration;
import io.faultline.backend.hyperv.intercept.AccessFlags;
import io.faultline.backend.hyperv.overlay.OverlayMap;
import io.faultline.backend.hyperv.port.PortRules;
import io.faultline.backend.hyperv.port.StandardPortRules;
import io.faultline.backend.hyperv.port.TargetChoice;
import io.faultline.backend.hyperv.register.RegisterDecoration;
import io.faultline.backend.hyperv.register.RegisterGroup;
import io.faultline.backend.hyperv.register.RegisterRange;
import io.faultline.backend.hyperv.register.RegisterValue;
import io.faultline.backend.hyperv.synic.FlagSetter;
import io.faultline.backend.hyperv.synic.MessageBuffer;
import io.faultline.backend.hyperv.synic.ScanRules;
import io.faultline.backend.hyperv.synic.SlotCheck;
import io.faultline.backend.hyperv.synic.SlotWriter;
import io.faultline.backend.hyperv.synic.SourceRules;
import io.faultline.backend.hyperv.synic.StandardFlagSetter;
import io.faultline.backend.hyperv.synic.StandardScanRules;
import io.faultline.backend.hyperv.synic.StandardSlotCheck;
import io.faultline.backend.hyperv.synic.StandardSlotWriter;
import io.faultline.backend.hyperv.synic.StandardSourceRules;
import io.faultline.backend.hyperv.timer.PeriodRule;
import io.faultline.backend.hyperv.timer.ReferenceTime;
import io.faultline.backend.hyperv.timer.StandardTimerSignals;
import io.faultline.backend.hyperv.timer.TimerSignals;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bugs of the kinds that hypervisors have had: random sequences find each of them, and say it in a few steps. */
class SeededBugTest {
    private static final int SEQUENCES = 100;
    private static final int STEPS = 600;
    private static final int MOST_SHRUNK = 26;

    static <T> Module bug(Class<T> rule, Class<? extends T> broken) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                bind(rule).to(broken);
            }
        };
    }

    private static Module bug(RegisterDecoration broken) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                bind(RegisterDecoration.class).toInstance(broken);
            }
        };
    }

    static Stream<Named<Module>> bugs() {
        return Stream.of(ofCalls(), AbsentPageBugs.all(), InterceptBugs.all(), FaultBugs.all(), ChannelBugs.all())
                .flatMap(each -> each);
    }

    private static Stream<Named<Module>> ofCalls() {
        return Stream.of(
                Named.of("a page beyond RAM is shown", bug(OverlayMap.class, Anywhere.class)),
                Named.of("two pages are shown in one place", bug(OverlayMap.class, Stacking.class)),
                Named.of("RAM beneath a page does not come back", bug(OverlayMap.class, Leaving.class)),
                Named.of("QEMU: flag 2048 is set", bug(PortRules.class, OffByOne.class)),
                Named.of("the size of a payload is not checked", bug(PortRules.class, Trusting.class)),
                Named.of("a guest posts messages of the hypervisor", bug(PortRules.class, Forging.class)),
                Named.of("a guest's slot decides by more than its type", bug(SlotCheck.class, Believing.class)),
                Named.of("OpenVMM: a slot is free because it was", bug(SlotCheck.class, Remembering.class)),
                Named.of("EOM overwrites a slot that is busy", bug(SlotCheck.class, Overwriting.class)),
                Named.of("OpenVMM: the whole header is written to mark a slot", bug(SlotCheck.class, Rewriting.class)),
                Named.of("a slot that becomes free while it is marked is forgotten", bug(SlotCheck.class, Hasty.class)),
                Named.of("nobody hears that messages wait", bug(SlotWriter.class, Silent.class)),
                Named.of("a slot has the rest of an older message", bug(SlotWriter.class, Leaking.class)),
                Named.of("OpenVMM 4029: enabling delivers nothing", bug(ScanRules.class, Forgetful.class)),
                Named.of("EOM looks at one source", bug(ScanRules.class, OneSource.class)),
                Named.of("a flag that is set makes an interrupt", bug(FlagSetter.class, Repeating.class)),
                Named.of("a flag clears those beside it", bug(FlagSetter.class, Storing.class)),
                Named.of("any vector is taken", bug(SourceRules.class, AnyVector.class)),
                Named.of("a masked source interrupts", bug(SourceRules.class, Interrupting.class)),
                Named.of("any vCPU is one that is off", bug(TargetChoice.class, First.class)),
                Named.of("the gate is open before the guest has a name", bug(Gate.class, Open.class)),
                Named.of("input is read twice", bug(HypercallDecoration.class, Twice.class)),
                Named.of("a message too many is lost", bug(HypercallDecoration.class, Dropping.class)),
                Named.of("a value of a register is an exception", bug(new Asserting())),
                Named.of("restore forgets bits of SCONTROL", bug(new Unsaved())),
                Named.of("a timer expires for each period that was missed", bug(PeriodRule.class, Storming.class)),
                Named.of("a periodic timer drifts", bug(PeriodRule.class, Drifting.class)),
                Named.of("a timer is due when its message is written", bug(TimerSignals.class, Late.class)),
                Named.of("a register of vCPU 1 is that of vCPU 0", bug(new Confusing())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bugs")
    void aBugIsFoundAndItsSequenceMadeShort(Module bug) {
        for (long seed = 1; seed <= SEQUENCES; seed++) {
            Sequence sequence = Generator.sequence(seed, STEPS);
            if (FuzzWorld.complaint(sequence, bug).isPresent()) {
                Sequence shortest = new Shrinker(bug).shorten(sequence);
                Optional<String> complaint = FuzzWorld.complaint(shortest, bug);
                System.out.println("seed " + seed + ": " + complaint.orElse("gone") + "\n" + shortest);
                assertTrue(complaint.isPresent());
                assertTrue(shortest.steps().size() <= MOST_SHRUNK, shortest::toString);
                assertFalse(FuzzWorld.complaint(shortest).isPresent());
                return;
            }
        }
        throw new AssertionError("not found by " + SEQUENCES + " sequences of " + STEPS + " steps");
    }

    // Overlay pages.

    /** Does not ask whether there is RAM. */
    private static final class Anywhere extends OverlayBug {
        private final Host host;

        @Inject
        Anywhere(AccessFlags standard, Host host) {
            super(standard);
            this.host = host;
        }

        @Override
        public boolean show(long page, Frame frame) {
            if (page >>> 48 == 0 && !host.ram().contains(page)) {
                host.stage2().map(page, frame.physical());
                return true;
            }
            return super.show(page, frame);
        }
    }

    /** Does not ask whether another page is there. */
    private static final class Stacking extends OverlayBug {
        private final Host host;

        @Inject
        Stacking(AccessFlags standard, Host host) {
            super(standard);
            this.host = host;
        }

        @Override
        public boolean show(long page, Frame frame) {
            if (page >>> 48 == 0 && host.ram().contains(page) && host.stage2().physical(page) != page) {
                host.stage2().map(page, frame.physical());
                return true;
            }
            return super.show(page, frame);
        }
    }

    /** Has one memory for both: what was in the page stays in RAM. */
    private static final class Leaving extends OverlayBug {
        private final Host host;
        private final byte[] content = new byte[4096];

        @Inject
        Leaving(AccessFlags standard, Host host) {
            super(standard);
            this.host = host;
        }

        @Override
        public void hide(long page, Frame frame) {
            super.hide(page, frame);
            if (host.ram().isResident(page)) {
                host.ram().read(frame.physical(), content, 0, content.length);
                host.ram().write(page, content, 0, content.length);
            }
        }
    }

    // Ports.

    private static class Rules implements PortRules {
        private final StandardPortRules standard = new StandardPortRules();

        @Override
        public boolean isMessage(int type, int size) {
            return standard.isMessage(type, size);
        }

        @Override
        public int flag(int first, int count, int relative) {
            return standard.flag(first, count, relative);
        }

        @Override
        public long origination(int port) {
            return standard.origination(port);
        }
    }

    private static final class OffByOne extends Rules {
        @Inject
        OffByOne() {}

        @Override
        public int flag(int first, int count, int relative) {
            return relative <= count ? first + relative : -1;
        }
    }

    private static final class Trusting extends Rules {
        @Inject
        Trusting() {}

        @Override
        public boolean isMessage(int type, int size) {
            return type > 0;
        }
    }

    private static final class Forging extends Rules {
        @Inject
        Forging() {}

        @Override
        public boolean isMessage(int type, int size) {
            return size >= 0 && size <= MessageBuffer.PAYLOAD_BYTES;
        }
    }

    private static final class First implements TargetChoice {
        @Inject
        First() {}

        @Override
        public int forMessage(int source) {
            return 0;
        }

        @Override
        public int forSignal(int source) {
            return 0;
        }
    }

    // Slots.

    /** A slot without payload is free. */
    private static final class Believing implements SlotCheck {
        private final StandardSlotCheck standard;

        @Inject
        Believing(StandardSlotCheck standard) {
            this.standard = standard;
        }

        @Override
        public boolean isFree(Frame page, int source) {
            return standard.isFree(page, source) || page.load8(256 * source + 4) == 0;
        }
    }

    /** Looks only every second time. */
    private static final class Remembering implements SlotCheck {
        private final StandardSlotCheck standard;
        private final Map<Long, Boolean> known = new TreeMap<>();

        @Inject
        Remembering(StandardSlotCheck standard) {
            this.standard = standard;
        }

        @Override
        public boolean isFree(Frame page, int source) {
            Boolean before = known.remove(page.physical() + source);
            if (before != null) {
                return before;
            }
            boolean isFree = standard.isFree(page, source);
            known.put(page.physical() + source, isFree);
            return isFree;
        }
    }

    /** A slot that says that messages wait has been read. */
    private static final class Overwriting implements SlotCheck {
        private final StandardSlotCheck standard;

        @Inject
        Overwriting(StandardSlotCheck standard) {
            this.standard = standard;
        }

        @Override
        public boolean isFree(Frame page, int source) {
            boolean waited = (page.load8(256 * source + 5) & 1) != 0;
            return standard.isFree(page, source) || waited;
        }
    }

    /** Reads the header, and writes it with the flag. */
    private static final class Rewriting implements SlotCheck {
        private final StandardSlotCheck standard;

        @Inject
        Rewriting(StandardSlotCheck standard) {
            this.standard = standard;
        }

        @Override
        public boolean isFree(Frame page, int source) {
            int type = page.load32(256 * source);
            boolean isFree = standard.isFree(page, source);
            page.store32(256 * source, type);
            return isFree && type == 0;
        }
    }

    /** Does not look again after it has marked a slot. */
    private static final class Hasty implements SlotCheck {
        private final StandardSlotCheck standard;

        @Inject
        Hasty(StandardSlotCheck standard) {
            this.standard = standard;
        }

        @Override
        public boolean isFree(Frame page, int source) {
            boolean wasFree = page.load32(256 * source) == 0;
            return standard.isFree(page, source) && wasFree;
        }
    }

    private static final class Silent implements SlotWriter {
        private final StandardSlotWriter standard;

        @Inject
        Silent(StandardSlotWriter standard) {
            this.standard = standard;
        }

        @Override
        public void write(Frame page, int source, MessageBuffer message, boolean more) {
            standard.write(page, source, message, false);
        }
    }

    /** Copies all of a buffer that was used before. */
    private static final class Leaking implements SlotWriter {
        private final StandardSlotWriter standard;

        @Inject
        Leaking(StandardSlotWriter standard) {
            this.standard = standard;
        }

        @Override
        public void write(Frame page, int source, MessageBuffer message, boolean more) {
            page.write(256 * source + 16, message.payload(), 0, message.payload().length);
            standard.write(page, source, message, more);
        }
    }

    // Queues and sources.

    private static final class Forgetful implements ScanRules {
        private final StandardScanRules standard;

        @Inject
        Forgetful(StandardScanRules standard) {
            this.standard = standard;
        }

        @Override
        public int atEndOfMessage(int waiting) {
            return standard.atEndOfMessage(waiting);
        }

        @Override
        public int atEnable(int waiting) {
            return 0;
        }

        @Override
        public int atUnmask(int source, int waiting) {
            return standard.atUnmask(source, waiting);
        }
    }

    private static final class OneSource implements ScanRules {
        private final StandardScanRules standard;

        @Inject
        OneSource(StandardScanRules standard) {
            this.standard = standard;
        }

        @Override
        public int atEndOfMessage(int waiting) {
            return Integer.lowestOneBit(waiting);
        }

        @Override
        public int atEnable(int waiting) {
            return standard.atEnable(waiting);
        }

        @Override
        public int atUnmask(int source, int waiting) {
            return standard.atUnmask(source, waiting);
        }
    }

    private static final class Repeating implements FlagSetter {
        private final StandardFlagSetter standard;

        @Inject
        Repeating(StandardFlagSetter standard) {
            this.standard = standard;
        }

        @Override
        public boolean set(Frame page, int source, int flag) {
            standard.set(page, source, flag);
            return true;
        }
    }

    private static final class Storing implements FlagSetter {
        private final StandardFlagSetter standard;

        @Inject
        Storing(StandardFlagSetter standard) {
            this.standard = standard;
        }

        @Override
        public boolean set(Frame page, int source, int flag) {
            boolean isEdge = standard.set(page, source, flag);
            page.store8(256 * source + flag / 8, 1 << flag % 8);
            return isEdge;
        }
    }

    private static class Sources implements SourceRules {
        private final StandardSourceRules standard;

        Sources(StandardSourceRules standard) {
            this.standard = standard;
        }

        @Override
        public boolean isValid(long sint) {
            return standard.isValid(sint);
        }

        @Override
        public boolean interrupts(long sint) {
            return standard.interrupts(sint);
        }

        @Override
        public boolean takesSignals(long sint) {
            return standard.takesSignals(sint);
        }

        @Override
        public boolean takesMessages(long sint) {
            return standard.takesMessages(sint);
        }
    }

    private static final class AnyVector extends Sources {
        @Inject
        AnyVector(StandardSourceRules standard) {
            super(standard);
        }

        @Override
        public boolean isValid(long sint) {
            return true;
        }
    }

    private static final class Interrupting extends Sources {
        @Inject
        Interrupting(StandardSourceRules standard) {
            super(standard);
        }

        @Override
        public boolean interrupts(long sint) {
            return (sint & 0xF0) == 0x10;
        }
    }

    // Timers.

    private static final class Storming implements PeriodRule {
        @Inject
        Storming() {}

        @Override
        public long next(long last, long period, long now) {
            return period < 0 ? -1 : last + period;
        }
    }

    private static final class Drifting implements PeriodRule {
        @Inject
        Drifting() {}

        @Override
        public long next(long last, long period, long now) {
            return period < 0 ? -1 : now + Math.max(period, 100);
        }
    }

    private static final class Late implements TimerSignals {
        private final StandardTimerSignals standard;
        private final ReferenceTime time;

        @Inject
        Late(StandardTimerSignals standard, ReferenceTime time) {
            this.standard = standard;
            this.time = time;
        }

        @Override
        public void interrupt(int vcpu, int intid) {
            standard.interrupt(vcpu, intid);
        }

        @Override
        public void message(int vcpu, int source, MessageBuffer buffer, int timer, long due) {
            standard.message(vcpu, source, buffer, timer, time.now());
        }

        @Override
        public void placing(MessageBuffer buffer) {
            standard.placing(buffer);
        }
    }

    // Calls and registers.

    private static final class Open implements Gate {
        private final Identity identity;

        @Inject
        Open(Identity identity) {
            this.identity = identity;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean hasPrivilege(int bit) {
            return identity.hasPrivilege(bit);
        }
    }

    private abstract static class Around implements HypercallDecoration {
        private final int code;

        Around(int code) {
            this.code = code;
        }

        abstract int execute(Call call, Hypercall standard);

        @Override
        public Hypercall decorate(Hypercall call) {
            return call.shape().code() != code
                    ? call
                    : new Hypercall() {
                        @Override
                        public CallShape shape() {
                            return call.shape();
                        }

                        @Override
                        public int execute(Call parameters) {
                            return Around.this.execute(parameters, call);
                        }
                    };
        }
    }

    /** Looks at the guest's memory again when it has been done. */
    private static final class Twice extends Around {
        private final Host host;

        @Inject
        Twice(Host host) {
            super(0x5C);
            this.host = host;
        }

        @Override
        int execute(Call call, Hypercall standard) {
            int status = standard.execute(call);
            int first = call.processor().pe().x(0) == 0x4600_0001L ? 2 : 1;
            long at = host.stage2().physical(call.processor().pe().x(first)) + 8;
            boolean isThere = host.ram().contains(at, 8) && host.ram().isResident(at);
            return status == 0 && isThere && host.ram().load(at, AccessWidth.WORD) == 0 ? 5 : status;
        }
    }

    /** A message for which there is no buffer counts as accepted. */
    private static final class Dropping extends Around {
        @Inject
        Dropping() {
            super(0x5C);
        }

        @Override
        int execute(Call call, Hypercall standard) {
            int status = standard.execute(call);
            return status == 0x13 ? 0 : status;
        }
    }

    private static class Wrapped implements RegisterGroup {
        private final RegisterGroup standard;

        Wrapped(RegisterGroup standard) {
            this.standard = standard;
        }

        @Override
        public List<RegisterRange> ranges() {
            return standard.ranges();
        }

        @Override
        public int read(int vcpu, int name, RegisterValue value) {
            return standard.read(vcpu, name, value);
        }

        @Override
        public int write(int vcpu, int name, RegisterValue value) {
            return standard.write(vcpu, name, value);
        }
    }

    /** Takes for granted that bits 63:21 of a source are zero. */
    private static final class Asserting implements RegisterDecoration {
        @Override
        public RegisterGroup decorate(RegisterGroup group) {
            return new Wrapped(group) {
                @Override
                public int write(int vcpu, int name, RegisterValue value) {
                    boolean isSource = name >= Registers.SINT && name < Registers.SINT + 16;
                    if (isSource && value.low() >>> 60 == 0xF) {
                        throw new IllegalStateException("BUG");
                    }
                    return super.write(vcpu, name, value);
                }
            };
        }
    }

    /** Keeps a part of a register where no state is saved. */
    private static final class Unsaved implements RegisterDecoration {
        @Override
        public RegisterGroup decorate(RegisterGroup group) {
            Map<Integer, Long> kept = new TreeMap<>();
            return new Wrapped(group) {
                @Override
                public int read(int vcpu, int name, RegisterValue value) {
                    int status = super.read(vcpu, name, value);
                    if (name == Registers.SCONTROL) {
                        value.set(value.low() | kept.getOrDefault(vcpu, 0L));
                    }
                    return status;
                }

                @Override
                public int write(int vcpu, int name, RegisterValue value) {
                    if (name == Registers.SCONTROL) {
                        kept.put(vcpu, value.low() & -2);
                        value.set(value.low() & 1);
                    }
                    return super.write(vcpu, name, value);
                }
            };
        }
    }

    private static final class Confusing implements RegisterDecoration {
        @Override
        public RegisterGroup decorate(RegisterGroup group) {
            return new Wrapped(group) {
                @Override
                public int write(int vcpu, int name, RegisterValue value) {
                    return super.write(name == Registers.SIEFP ? 0 : vcpu, name, value);
                }
            };
        }
    }
}
