/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import static io.faultline.backend.kvm.sdei.Bench.PRIVATE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.Module;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.sdei.SdeiFunction;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each part of the dispatcher can be replaced or wrapped on its own, and the rest goes on as before. */
class ReplacementTest {
    private static Bench with(Module override) {
        return new Bench(2, Map.of(), override);
    }

    private static <T> Module instead(Class<T> part, T replacement) {
        return binder -> binder.bind(part).toInstance(replacement);
    }

    @Test
    void oneCallOnly() {
        Bench bench = with(instead(
                CallDecoration.class,
                (function, call) -> function == SdeiFunction.PE_MASK
                        ? caller -> {
                            call.execute(caller);
                            return CallOutcome.of(0);
                        }
                        : call));
        bench.unmask(0);
        assertEquals(0, bench.mask(0));
        bench.arm(1, PRIVATE);
        assertEquals(3, bench.status(1, PRIVATE));
    }

    @Test
    void transitions() {
        StandardTransitions standard = new StandardTransitions();
        Bench bench = with(instead(
                HandlerTransitions.class,
                (operation, state) -> operation == HandlerOperation.REGISTER && state == 0
                        ? new Transition(0, 3)
                        : standard.of(operation, state)));
        bench.register(0, PRIVATE);
        assertEquals(3, bench.status(0, PRIVATE));
    }

    @Test
    void latch() {
        Bench bench = with(instead(TriggerLatch.class, event -> TriggerLatch.Latched.LATCHED));
        bench.arm(0, PRIVATE);
        bench.inject(0, PRIVATE);
        assertFalse(bench.boundary(0));
        Bench never = with(instead(TriggerLatch.class, event -> TriggerLatch.Latched.DROPPED));
        never.arm(0, PRIVATE);
        assertEquals(
                DeliveryOutcome.Kind.REJECTED,
                never.dispatcher.injection().injectNow(0, PRIVATE).kind());
    }

    @Test
    void registration() {
        Bench bench = with(instead(Registration.class, new Registration() {
            @Override
            public void register(EventInstance event, long entry, long argument, int target) {
                event.handler(entry, 1234);
            }

            @Override
            public void forget(EventInstance event) {}
        }));
        bench.arm(0, PRIVATE);
        bench.inject(0, PRIVATE);
        bench.unregister(0, PRIVATE);
        bench.register(0, PRIVATE);
        bench.enable(0, PRIVATE);
        assertTrue(bench.boundary(0));
        assertEquals(1234, bench.pes.get(0).x[1]);
    }

    @Test
    void mask() {
        Bench bench = with(instead(PeMask.class, new PeMask() {
            @Override
            public boolean mask(PeState pe) {
                return false;
            }

            @Override
            public void unmask(PeState pe) {
                pe.masked(false);
            }
        }));
        bench.arm(0, PRIVATE);
        bench.mask(0);
        bench.inject(0, PRIVATE);
        assertTrue(bench.boundary(0));
    }

    @Test
    void addresses() {
        Bench bench = with(instead(AddressCheck.class, new AddressCheck() {
            @Override
            public boolean isEntryPoint(long address) {
                return address == 3;
            }

            @Override
            public boolean isResumeAddress(long address) {
                return address == 5;
            }
        }));
        assertEquals(-2, bench.register(0, PRIVATE));
        assertEquals(0, bench.register(0, PRIVATE, 3, 0));
    }

    @Test
    void eligibilityAndRouting() {
        Bench deaf = with(instead(Eligibility.class, (pe, event) -> false));
        deaf.arm(0, PRIVATE);
        deaf.inject(0, PRIVATE);
        assertFalse(deaf.boundary(0));
        Bench second = with(instead(RoutingRules.class, (machine, event) -> 1));
        second.arm(0, Bench.SHARED);
        second.inject(0, Bench.SHARED);
        assertTrue(second.boundary(1));
    }

    @Test
    void selectionAndReevaluation() {
        Bench none = with(instead(DispatchRules.class, pe -> Optional.empty()));
        none.arm(0, PRIVATE);
        assertEquals(DeliveryOutcome.Kind.PENDING, none.inject(0, PRIVATE).kind());
        Bench asleep = with(instead(Reevaluation.class, (point, pe) -> {}));
        asleep.arm(0, PRIVATE);
        asleep.inject(0, PRIVATE);
        assertFalse(asleep.boundary(0));
        assertTrue(asleep.dispatcher.isDue(0));
    }

    /** A replacement that wraps the original asks for its class. */
    private static final class ClearsX4 implements HandlerEntry {
        private final StandardHandlerEntry original;

        @Inject
        ClearsX4(StandardHandlerEntry original) {
            this.original = original;
        }

        @Override
        public void enter(PeState pe, EventInstance event) {
            original.enter(pe, event);
            pe.cpu().x(4, 0);
        }
    }

    @Test
    void handlerEntry() {
        Bench bench = with(binder -> binder.bind(HandlerEntry.class).to(ClearsX4.class));
        bench.arm(0, PRIVATE);
        bench.pes.get(0).x[4] = 4;
        bench.inject(0, PRIVATE);
        assertTrue(bench.boundary(0));
        assertEquals(0, bench.pes.get(0).x[4]);
        assertEquals(4, bench.call(0, SdeiFunction.EVENT_CONTEXT, 4));
    }

    @Test
    void completion() {
        Bench bench = with(instead(Completion.class, new Completion() {
            @Override
            public void complete(PeState pe) {}

            @Override
            public void resume(PeState pe, long address) {}
        }));
        bench.bring(0, PRIVATE, 7);
        long pc = bench.pes.get(0).pc;
        bench.complete(0);
        assertEquals(pc + 4, bench.pes.get(0).pc);
        assertEquals(3, bench.status(0, PRIVATE));
    }

    @Test
    void power() {
        Bench bench = with(instead(PowerRules.class, new PowerRules() {
            @Override
            public void turnedOn(PeState pe) {}

            @Override
            public void turnedOff(PeState pe) {}
        }));
        bench.arm(0, PRIVATE);
        bench.dispatcher.turnedOff(0);
        bench.dispatcher.turnedOn(0);
        assertEquals(3, bench.status(0, PRIVATE));
    }

    @Test
    void immediateRules() {
        Bench bench = with(instead(ImmediateRules.class, (pe, event) -> Optional.empty()));
        bench.register(0, PRIVATE);
        assertEquals(DeliveryOutcome.DELIVERED, bench.dispatcher.injection().injectNow(0, PRIVATE));
    }

    @Test
    void stateCodec() {
        Bench bench = with(instead(SdeiStateCodec.class, new SdeiStateCodec() {
            @Override
            public void save(SdeiState state, StateWriter writer) {
                writer.word("nothing", 0);
            }

            @Override
            public void restore(SdeiState state, StateReader reader) {
                reader.word("nothing");
            }
        }));
        assertEquals(1, bench.save().values().size());
        bench.restore(bench.save());
    }
}
