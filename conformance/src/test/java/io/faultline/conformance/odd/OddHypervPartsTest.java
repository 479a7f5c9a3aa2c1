/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.odd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.faultline.api.spi.BackendConfiguration;
import io.faultline.backend.core.frame.Frame;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.hyperv.HypervBackendProvider;
import io.faultline.backend.hyperv.HypervBackends;
import io.faultline.backend.hyperv.intercept.InterceptMessages;
import io.faultline.backend.hyperv.intercept.StandardInterceptMessages;
import io.faultline.backend.hyperv.port.StandardTargetChoice;
import io.faultline.backend.hyperv.port.TargetChoice;
import io.faultline.backend.hyperv.synic.EventFlags;
import io.faultline.backend.hyperv.synic.InterruptRequest;
import io.faultline.backend.hyperv.synic.MessageQueues;
import io.faultline.backend.hyperv.synic.ScanRules;
import io.faultline.backend.hyperv.synic.Slot;
import io.faultline.backend.hyperv.synic.SlotCheck;
import io.faultline.backend.hyperv.synic.SlotWriter;
import io.faultline.backend.hyperv.synic.StandardInterruptRequest;
import io.faultline.backend.hyperv.synic.StandardSlotCheck;
import io.faultline.backend.hyperv.synic.StandardSlotWriter;
import io.faultline.backend.hyperv.timer.PeriodRule;
import io.faultline.backend.hyperv.timer.StandardPeriodRule;
import io.faultline.backend.hyperv.timer.StandardTscParameters;
import io.faultline.backend.hyperv.timer.TscParameters;
import io.faultline.conformance.engine.ConformanceReport;
import io.faultline.conformance.engine.ConformanceRunner;
import io.faultline.conformance.engine.RuleFilter;
import io.faultline.conformance.engine.RunOptions;
import io.faultline.conformance.scenario.Subject;
import io.faultline.conformance.suite.Suite;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What no setting offers, is odd and correct: the suite demands no more than the rules say. */
class OddHypervPartsTest {
    private static final int PAYLOAD = 240;
    private static final int UNUSED = 31;

    private static void expectNoProblem(Module part, String... rules) {
        BackendConfiguration configuration = BackendConfiguration.parse(new HypervBackendProvider().descriptor(), "");
        try (Subject subject = Subject.of(() -> HypervBackends.open(configuration, part))) {
            ConformanceReport report = ConformanceRunner.run(
                    subject, RunOptions.of(Suite.standard()).filter(new RuleFilter(List.of(rules))));
            assertEquals(
                    List.of(),
                    report.problems().stream()
                            .map(result -> result.rule().id() + " " + result.explanation())
                            .toList());
        }
    }

    /** Which vCPU takes a message for any vCPU is nobody's business, as long as it can. */
    @Test
    void anyVcpuMayBeTheLastThatListens() {
        expectNoProblem(
                new AbstractModule() {
                    @Provides
                    @Singleton
                    TargetChoice choice(Host host, MessageQueues queues, EventFlags flags) {
                        TargetChoice right = new StandardTargetChoice(host, queues, flags);
                        return new TargetChoice() {
                            @Override
                            public int forMessage(int source) {
                                int chosen = NONE;
                                for (int i = 0; i < host.vcpuCount(); i++) {
                                    chosen = queues.isReceiving(i) ? i : chosen;
                                }
                                return chosen;
                            }

                            @Override
                            public int forSignal(int source) {
                                return right.forSignal(source);
                            }
                        };
                    }
                },
                "HV-06*",
                "HV-12*",
                "HV-169",
                "HV-17*");
    }

    /** Bytes behind a payload are undefined. */
    @Test
    void aSlotMayHaveRubbishBehindItsPayload() {
        expectNoProblem(
                new AbstractModule() {
                    @Provides
                    @Singleton
                    SlotWriter writer(StandardSlotWriter right) {
                        byte[] rubbish = new byte[PAYLOAD];
                        Arrays.fill(rubbish, (byte) 0x7C);
                        return (page, source, message, more) -> {
                            page.write(Slot.at(source) + Slot.PAYLOAD, rubbish, 0, PAYLOAD);
                            right.write(page, source, message, more);
                        };
                    }
                },
                "HV-06*",
                "HV-07*",
                "HV-08*",
                "HV-11*",
                "HV-12*",
                "HV-14*");
    }

    /** The mark may come at delivery or later, and a slot in use may be marked by every scan. */
    @Test
    void everyScanMayMarkASlotInUseAgain() {
        expectNoProblem(
                new AbstractModule() {
                    @Provides
                    @Singleton
                    SlotCheck check(StandardSlotCheck right) {
                        return (Frame page, int source) -> {
                            right.isFree(page, source);
                            return right.isFree(page, source);
                        };
                    }
                },
                "HV-06*",
                "HV-07*",
                "HV-08*",
                "HV-09*");
    }

    /** A scan of more sources than are asked for finds nothing to do for them. */
    @Test
    void unmaskingMayScanEverySource() {
        expectNoProblem(
                new AbstractModule() {
                    @Provides
                    @Singleton
                    ScanRules scans() {
                        return new ScanRules() {
                            @Override
                            public int atEndOfMessage(int waiting) {
                                return waiting;
                            }

                            @Override
                            public int atEnable(int waiting) {
                                return waiting;
                            }

                            @Override
                            public int atUnmask(int source, int waiting) {
                                return waiting;
                            }
                        };
                    }
                },
                "HV-06*",
                "HV-07*",
                "HV-08*",
                "HV-09*");
    }

    /** Interrupts that nobody has enabled are nobody's. */
    @Test
    void anInterruptThatIsNotEnabledMayBePendedToo() {
        expectNoProblem(
                new AbstractModule() {
                    @Provides
                    @Singleton
                    InterruptRequest interrupts(StandardInterruptRequest right) {
                        return (vcpu, intid) -> {
                            right.raise(vcpu, UNUSED);
                            right.raise(vcpu, intid);
                            // An edge that is pending already merges.
                            right.raise(vcpu, intid);
                        };
                    }
                },
                "HV-06*",
                "HV-07*",
                "HV-09*",
                "HV-10*",
                "HV-11*",
                "HV-17*");
    }

    /** A timer is never early; how late it is, is not said. */
    @Test
    void aPeriodMayEndATickLate() {
        expectNoProblem(
                new AbstractModule() {
                    @Provides
                    @Singleton
                    PeriodRule periods(StandardPeriodRule right) {
                        return (last, period, now) -> {
                            long next = right.next(last, period, now);
                            return last == now && next > 0 ? next + 1 : next;
                        };
                    }
                },
                "HV-13*",
                "HV-14*",
                "HV-171");
    }

    /** The sequence may go on from anywhere. */
    @Test
    void aSequenceMayBeAnyNumber() {
        expectNoProblem(
                new AbstractModule() {
                    @Provides
                    @Singleton
                    TscParameters parameters(StandardTscParameters right) {
                        return new TscParameters() {
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
                                return sequence == 0xFFFF_FFFE ? 0x8000_0000 : 0xFFFF_FFFE;
                            }
                        };
                    }
                },
                "HV-130",
                "HV-131",
                "HV-132",
                "HV-133");
    }

    /** Instruction bytes, cache type and what debugs or waits need not be told; behind the payload everything is undefined. */
    @Test
    void anInterceptMessageMaySayLess() {
        expectNoProblem(
                new AbstractModule() {
                    @Provides
                    @Singleton
                    InterceptMessages messages(StandardInterceptMessages right) {
                        AtomicInteger rubbish = new AtomicInteger();
                        return (vcpu, type, access, page, stage1Walk, message) -> {
                            right.memory(vcpu, type, access, page, stage1Walk, message);
                            ByteBuffer odd = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
                            odd.putLong(8, 0x1234);
                            odd.putShort(22, (short) (odd.getShort(22) | 0x114));
                            odd.putInt(40, 0);
                            odd.put(44, (byte) 0);
                            odd.putInt(48, -1);
                            for (int at = 80; at < message.length; at++) {
                                message[at] = (byte) rubbish.getAndIncrement();
                            }
                        };
                    }
                },
                "API-04*",
                "API-05*",
                "API-06*");
    }
}
