/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import static io.faultline.backend.kvm.pagefault.ApfRig.area;
import static io.faultline.backend.kvm.pagefault.ApfRig.page;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.faultline.api.arm64.AccessKind;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.ProcessorState;
import io.faultline.api.machine.MachineRequest.AsyncPageFaultRequest;
import io.faultline.api.notification.DeliveryOutcome;
import io.faultline.api.pagefault.Veto;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.pagefault.FaultContext;
import io.faultline.backend.core.pagefault.GuestReply;
import io.faultline.backend.core.pagefault.NotPresentRoute;
import io.faultline.backend.core.pagefault.PageFaultControl;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.ReadyRoute;
import io.faultline.backend.core.pagefault.TokenSource;
import io.faultline.backend.core.pagefault.VetoRule;
import io.faultline.backend.kvm.sdei.SdeiEventListener;
import io.faultline.backend.kvm.sdei.SdeiInjector;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** Every part can be replaced alone, and what it does shows in the guest. */
class ApfReplacementTest {
    private static ApfRig with(PageFaultDecoration decoration) {
        return new ApfRig(1, Map.of(), decoration);
    }

    @Test
    void theTokenSource() {
        ApfRig rig = with(new PageFaultDecoration() {
            @Override
            public TokenSource tokens(TokenSource tokens, ApfMachine machine) {
                return new SameToken();
            }
        });
        rig.enable(0);
        rig.pages().discard(page(0));
        assertEquals(0x77, rig.announced(0, page(0)));
    }

    /** A seeded defect. */
    private static final class SameToken implements TokenSource {
        @Override
        public OptionalLong next(FaultContext fault, LongPredicate inUse) {
            return OptionalLong.of(0x77);
        }

        @Override
        public String stateName() {
            return "tokens";
        }

        @Override
        public void reset() {
            // no state
        }

        @Override
        public void save(StateWriter writer) {
            // no state
        }

        @Override
        public void restore(StateReader reader) {
            // no state
        }
    }

    @Test
    void oneRule() {
        ApfRig rig = with(new PageFaultDecoration() {
            @Override
            public VetoRule rule(Veto veto, VetoRule rule, ApfMachine machine) {
                return veto.equals(Veto.SUPERVISOR_MODE) ? fault -> Optional.empty() : rule;
            }
        });
        rig.enable(0);
        rig.pages().discard(page(0));
        rig.start(0);
        rig.touchHere(0, page(0));
        assertEquals(rig.setup(0).handler(), rig.cpu(0).pc());
    }

    @Test
    void thePolicyAndWithItTheWakeAll() {
        ApfRig rig = with(new PageFaultDecoration() {
            @Override
            public Policy policy(Policy policy) {
                return Policy.builder().wakeAllOnEnable(false).limit(5).build();
            }
        });
        rig.driver.enable(rig.cpu(0), rig.setup(0));
        assertFalse(rig.isDue(0));
        assertEquals(0, rig.call(0, ApfRig.FUNCTION, ApfFunction.SLOTS.ordinal()));
        assertEquals(5, rig.cpu(0).x(1));
    }

    @Test
    void theRoutes() {
        ApfRig rig = with(new PageFaultDecoration() {
            @Override
            public NotPresentRoute notPresent(NotPresentRoute route, ApfMachine machine) {
                return new NotPresentRoute() {
                    @Override
                    public Optional<Veto> obstacle(FaultContext fault) {
                        return Optional.of(Veto.EXCEPTION_PENDING);
                    }

                    @Override
                    public boolean isSlotFree(int vcpu) {
                        return route.isSlotFree(vcpu);
                    }

                    @Override
                    public boolean deliver(FaultContext fault, long token) {
                        return route.deliver(fault, token);
                    }

                    @Override
                    public boolean withdraw(int vcpu, long token) {
                        return route.withdraw(vcpu, token);
                    }
                };
            }

            @Override
            public ReadyRoute ready(ReadyRoute route, ApfMachine machine) {
                return new ReadyRoute() {
                    @Override
                    public boolean isSlotFree(int vcpu) {
                        return route.isSlotFree(vcpu);
                    }

                    @Override
                    public boolean isOpen(int vcpu) {
                        return route.isOpen(vcpu);
                    }

                    @Override
                    public boolean show(int vcpu, long token) {
                        return route.show(vcpu, token);
                    }

                    @Override
                    public void acknowledged(int vcpu) {
                        // seeded defect: the line stays high
                    }

                    @Override
                    public void cancel(int vcpu) {
                        route.cancel(vcpu);
                    }

                    @Override
                    public long wakeAllToken() {
                        return route.wakeAllToken();
                    }
                };
            }
        });
        rig.enable(0);
        assertTrue(rig.isDue(0), "the line is still high");
        rig.pages().discard(page(0));
        rig.start(0);
        rig.user(0);
        rig.cpu(0).write(CoreRegister.PSTATE, ProcessorState.I);
        rig.touchHere(0, page(0));
        assertEquals(1, rig.counters().count(Veto.EXCEPTION_PENDING));
    }

    @Test
    void whatTheEngineIsTold() {
        ApfRig rig = with(new PageFaultDecoration() {
            @Override
            public PageFaultControl control(PageFaultControl engine, ApfMachine machine) {
                return new PageFaultControl() {
                    @Override
                    public void enable(int vcpu) {
                        engine.enable(vcpu);
                    }

                    @Override
                    public void disable(int vcpu) {
                        engine.disable(vcpu);
                    }

                    @Override
                    public boolean isEnabled(int vcpu) {
                        return engine.isEnabled(vcpu);
                    }

                    @Override
                    public int outstanding(int vcpu) {
                        return engine.outstanding(vcpu);
                    }

                    @Override
                    public void acknowledge(int vcpu) {
                        engine.acknowledge(vcpu);
                    }

                    @Override
                    public void consumed(int vcpu) {
                        engine.consumed(vcpu);
                    }

                    @Override
                    public void answer(int vcpu, long token, GuestReply reply) {
                        engine.answer(vcpu, token, GuestReply.SYNCHRONOUS);
                    }

                    @Override
                    public void lost(int vcpu, long token) {
                        engine.lost(vcpu, token);
                    }

                    @Override
                    public void rescan(int vcpu) {
                        engine.rescan(vcpu);
                    }

                    @Override
                    public void bringIn(long page) {
                        engine.bringIn(page);
                    }
                };
            }
        });
        rig.enable(0);
        rig.pages().discard(page(0));
        rig.waitFor(0, page(0));
        assertEquals(1, rig.counters().declined());
    }

    @Test
    void oneCall() {
        ApfRig rig = with(new PageFaultDecoration() {
            @Override
            public ApfCall call(ApfFunction function, ApfCall call, ApfMachine machine) {
                return function == ApfFunction.SLOTS ? (vcpu, a2, a3) -> ApfReply.value(7) : call;
            }
        });
        rig.call(0, ApfRig.FUNCTION, ApfFunction.SLOTS.ordinal());
        assertEquals(7, rig.cpu(0).x(1));
        rig.call(0, ApfRig.FUNCTION, ApfFunction.VERSION.ordinal());
        assertEquals(0x1_0000, rig.cpu(0).x(1));
    }

    /** A dispatcher that changes its mind between the question and the injection. */
    @Test
    void anEventThatCannotBeRaisedAfterAllLeavesNothingBehind() {
        ApfMachine[] made = new ApfMachine[1];
        ApfRig rig = with(new PageFaultDecoration() {
            @Override
            public AreaAccess area(AreaAccess area, ApfMachine machine) {
                made[0] = machine;
                return area;
            }
        });
        rig.enable(0);
        Refusing refusing = new Refusing();
        ApfMachine machine = new ApfMachine(
                made[0].host(), ApfRoute.SDEI, new AsyncPageFaultRequest(5, 23), PageFaultDecoration.NONE);
        assertThrows(IllegalStateException.class, machine::control);
        machine.blocks().control(0, area(0) | 1);
        SdeiNotPresentRoute route = new SdeiNotPresentRoute(machine, refusing, 5);
        FaultContext fault = new FaultContext(0, page(0), AccessKind.READ, false, 0, ProcessorState.EL0T);
        assertFalse(route.deliver(fault, 0x9000));
        assertEquals(0, rig.word(area(0)));
        assertEquals(0, rig.word(area(0) + 4));
        assertFalse(route.withdraw(0, 0x9000));
        route.completed(0, 5, true, false);
        route.dropped(0, 5);
        rig.pages().discard(area(0));
        assertFalse(route.deliver(fault, 0x9000));
        assertFalse(route.isSlotFree(0));
        PpiReadyRoute ready = new PpiReadyRoute(machine);
        assertFalse(ready.show(0, 0x9000));
        assertTrue(ready.isOpen(0));
        machine.area().withdraw(0, 1, 0x9000);
        machine.blocks().control(0, 0);
        machine.area().withdraw(0, 1, 0x9000);
        assertFalse(ready.show(0, 0x9000));
        assertFalse(ready.isSlotFree(0));
    }

    /** Says yes and means no. */
    private static final class Refusing implements SdeiInjector {
        @Override
        public Optional<Veto> obstacle(int vcpu, int event) {
            return Optional.empty();
        }

        @Override
        public DeliveryOutcome injectNow(int vcpu, int event) {
            return DeliveryOutcome.rejected("on second thoughts");
        }

        @Override
        public boolean cancel(int vcpu, int event) {
            return false;
        }

        @Override
        public void listen(int event, SdeiEventListener listener) {
            // nothing will happen
        }
    }
}
