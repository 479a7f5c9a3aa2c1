/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.synic.SynicStatus;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.hyperv.HypervGuest.Result;
import io.faultline.conformance.scenario.GicGuest;
import io.faultline.conformance.scenario.GuestBlock;
import io.faultline.conformance.scenario.GuestCode;
import io.faultline.conformance.scenario.GuestLayout;
import io.faultline.conformance.scenario.Interleaving;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Section 11.1, second part: lists of elements and parameters in memory.
 *
 * @since 0.1
 */
public final class ParameterChecks {
    private static final int CONNECTION = 9;
    private static final int LONG_LIST = 200;
    private static final long[] NOWHERE = {
        HypervGuest.HOLE, GicGuest.DISTRIBUTOR, GuestLayout.RAM.end(), 1L << 52, 0xFFFF_FFFF_FFFF_F000L
    };
    private static final int[] NO_INPUT = {Hyperv.GET_PARTITION_ID, Hyperv.QUERY_CAPABILITIES};

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: parameters of hypercalls",
            Check.of("HV-021", ParameterChecks::theWholeListIsCounted).cut(),
            Check.of("HV-022", ParameterChecks::elementsBeforeAFailureCount).cut(),
            Check.of("HV-023", ParameterChecks::elementsAreInOrder).cut(),
            Check.of("HV-024", ParameterChecks::inputIsAligned).cut(),
            Check.of("HV-025", ParameterChecks::inputIsInOnePage).cut(),
            Check.of("HV-026", ParameterChecks::noInputNoAddress).cut(),
            Check.of("HV-027", ParameterChecks::noOutputNoAddress).cut(),
            Check.of("HV-028", ParameterChecks::inputIsInMemory).cut(),
            Check.of("HV-029", ParameterChecks::aFailureLeavesTheOutputAlone).cut(),
            Check.of("HV-030", ParameterChecks::inputIsReadOnce).witnesses("changed-before", "changed-after"),
            Check.of("HV-032", ParameterChecks::resultsAreNotMixed).witnesses(Program.BEFORE, Program.AFTER),
            Check.of("HV-182", ParameterChecks::anUnknownNameEndsTheList).cut());

    private ParameterChecks() {}

    private static long value(int n) {
        return HypercallChecks.value(n);
    }

    /** A guest whose connection 9 leads to the VMM, which keeps what it hears. */
    private record Listening(HypervGuest guest, List<Message> heard) {
        static Listening boot(Scenario s, int vcpus) {
            HypervGuest guest = HypervGuest.boot(s, vcpus);
            List<Message> heard = new ArrayList<>();
            guest.rig()
                    .connectBy(machine -> HypervGuest.synic(machine).connect(CONNECTION, (type, payload) -> {
                        heard.add(new Message(type, 0, payload));
                        return SynicStatus.SUCCESS;
                    }));
            return new Listening(guest, heard);
        }
    }

    /** HV-021: what is before the start index is not looked at. */
    private static void theWholeListIsCounted(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (int start = 0; start < 5; start++) {
            for (int n = 0; n < 5; n++) {
                guest.set(Hyperv.sint(n), Hyperv.MASKED);
            }
            GuestBlock in = RegisterLists.set(
                    guest.input(),
                    Hyperv.sint(0),
                    value(0),
                    Hyperv.sint(1),
                    value(1),
                    Hyperv.sint(2),
                    value(2),
                    Hyperv.sint(3),
                    value(3),
                    Hyperv.sint(4),
                    value(4));
            Result set = guest.call(Hyperv.control(Hyperv.SET, 5, start), in.address(), 0);
            String what = " of five elements from " + start;
            s.expectEqual("status of Set" + what, Hyperv.SUCCESS, set.status());
            s.expectEqual("completed elements of Set" + what, 5, set.completed());
            for (int n = 0; n < 5; n++) {
                guest.expectRegister("after Set" + what, Hyperv.sint(n), n < start ? Hyperv.MASKED : value(n));
            }
            RegisterLists.get(
                    guest.input(), Hyperv.sint(0), Hyperv.sint(1), Hyperv.sint(2), Hyperv.sint(3), Hyperv.sint(4));
            GuestBlock out = guest.output().fill(6 * 16, 0xAA);
            Result get = guest.call(Hyperv.control(Hyperv.GET, 5, start), in.address(), out.address());
            s.expectEqual("status of Get" + what, Hyperv.SUCCESS, get.status());
            s.expectEqual("completed elements of Get" + what, 5, get.completed());
            for (int n = start; n < 5; n++) {
                s.expectEqual("value " + n + " of Get" + what, value(n), out.quad(16 * n));
                s.expectEqual("upper half of value " + n + " of Get" + what, 0, out.quad(16 * n + 8));
            }
            s.expectEqual("memory behind the output of Get" + what, 0xAAAA_AAAA_AAAA_AAAAL, out.quad(80));
        }
    }

    /** HV-022. */
    private static void elementsBeforeAFailureCount(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (int bad = 0; bad < 4; bad++) {
            long[] list = new long[8];
            for (int n = 0; n < 4; n++) {
                guest.set(Hyperv.sint(n), Hyperv.MASKED);
                list[2 * n] = n == bad ? 0xDEAD : Hyperv.sint(n);
                list[2 * n + 1] = value(n);
            }
            String what = " whose element " + bad + " is unknown";
            GuestBlock in = RegisterLists.set(guest.input(), list);
            Result result = guest.call(Hyperv.control(Hyperv.SET, 4, 0), in.address(), 0);
            s.expectThat("a Set" + what + " fails", result.status() != Hyperv.SUCCESS);
            s.expectEqual("completed elements of a Set" + what, bad, result.completed());
            for (int n = 0; n < 4; n++) {
                guest.expectRegister("after a Set" + what, Hyperv.sint(n), n < bad ? value(n) : Hyperv.MASKED);
            }
        }
        Result fast = guest.call(
                Hyperv.fast(Hyperv.SET, 3),
                RegisterLists.fastSet(Hyperv.sint(5), value(5), Hyperv.SVERSION, 7, Hyperv.sint(6), value(6)));
        s.expectThat("a fast Set with SVERSION as element 1 fails", fast.status() != Hyperv.SUCCESS);
        s.expectEqual("completed elements of a fast Set with SVERSION as element 1", 1, fast.completed());
        guest.expectRegister("before the element that fails", Hyperv.sint(5), value(5));
        guest.expectRegister("behind the element that fails", Hyperv.sint(6), Hyperv.MASKED);
    }

    /** HV-023. */
    private static void elementsAreInOrder(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (int start = 0; start < 3; start++) {
            guest.set(Hyperv.sint(0), Hyperv.MASKED);
            GuestBlock in = RegisterLists.set(
                    guest.input(),
                    Hyperv.sint(0),
                    value(1),
                    Hyperv.sint(0),
                    value(2),
                    Hyperv.sint(0),
                    value(3),
                    0xDEAD,
                    0);
            Result result = guest.call(Hyperv.control(Hyperv.SET, 4, start), in.address(), 0);
            s.expectEqual("completed elements of a Set from " + start + " whose last fails", 3, result.completed());
            guest.expectRegister("that a list from " + start + " sets several times", Hyperv.sint(0), value(3));
        }
        guest.call(
                Hyperv.fast(Hyperv.SET, 3),
                RegisterLists.fastSet(Hyperv.sint(0), value(5), Hyperv.sint(0), value(4), Hyperv.sint(0), value(6)));
        guest.expectRegister("that a fast list sets three times", Hyperv.sint(0), value(6));
        // An element that fails stops what is behind it and nothing before it, also when it is where the list starts.
        GuestBlock in = RegisterLists.set(guest.input(), Hyperv.sint(0), value(7), 0xDEAD, 0, Hyperv.sint(0), value(8));
        Result result = guest.call(Hyperv.control(Hyperv.SET, 3, 1), in.address(), 0);
        s.expectEqual("completed elements of a list whose first element to do fails", 1, result.completed());
        guest.expectRegister("that such a list names on both sides", Hyperv.sint(0), value(6));
    }

    private static void expectNothingHappened(Listening listening, String what) {
        listening.guest().expectRegister("after " + what, Hyperv.sint(4), Hyperv.MASKED);
        listening.guest().scenario().expectEqual("messages that came of " + what, List.of(), listening.heard());
    }

    /** HV-024: by every distance, inside a page. */
    private static void inputIsAligned(Scenario s) {
        Listening listening = Listening.boot(s, 1);
        HypervGuest guest = listening.guest();
        for (int offset = 1; offset < 8; offset++) {
            GuestBlock block = guest.scratch(0).at(0x40 + offset);
            String what = "input at a multiple of 8 plus " + offset;
            HypervGuest.fill(block, CONNECTION, Message.number(1, 0));
            s.expectEqual(
                    "status of PostMessage with " + what,
                    Hyperv.INVALID_ALIGNMENT,
                    guest.call(Hyperv.POST, block.address(), 0).status());
            RegisterLists.set(block, Hyperv.sint(4), value(4));
            for (boolean old : new boolean[] {false, true}) {
                long control = Hyperv.control(Hyperv.SET, 1, 0);
                Result result =
                        old ? guest.callByOne(control, block.address(), 0) : guest.call(control, block.address(), 0);
                s.expectEqual("status of Set with " + what, Hyperv.INVALID_ALIGNMENT, result.status());
                s.expectEqual("completed elements of Set with " + what, 0, result.completed());
            }
            RegisterLists.get(block, Hyperv.VP_INDEX);
            GuestBlock out = guest.output().fill(16, 0xAA);
            s.expectEqual(
                    "status of Get with " + what,
                    Hyperv.INVALID_ALIGNMENT,
                    guest.call(Hyperv.control(Hyperv.GET, 1, 0), block.address(), out.address())
                            .status());
            expectNothingHappened(listening, what);
        }
    }

    /** HV-025. */
    private static void inputIsInOnePage(Scenario s) {
        Listening listening = Listening.boot(s, 1);
        HypervGuest guest = listening.guest();
        int last = Hyperv.PAGE - Hyperv.SLOT;
        for (int offset : new int[] {last + 8, last + 128, Hyperv.PAGE - 8}) {
            GuestBlock block = guest.scratch(0).at(offset);
            HypervGuest.fill(block, CONNECTION, Message.number(2, 0));
            String what = "input at 0x" + Integer.toHexString(offset) + " of a page";
            s.expectOneOf(
                    "status of PostMessage with " + what,
                    guest.call(Hyperv.POST, block.address(), 0).status(),
                    Hyperv.INVALID_ALIGNMENT,
                    Hyperv.INVALID_INPUT);
            expectNothingHappened(listening, what);
        }
        GuestBlock list = guest.scratch(0).at(Hyperv.PAGE - 40);
        RegisterLists.set(list, Hyperv.sint(4), value(4));
        s.expectOneOf(
                "status of Set with a list that ends in the next page",
                guest.call(Hyperv.control(Hyperv.SET, 1, 0), list.address(), 0).status(),
                Hyperv.INVALID_ALIGNMENT,
                Hyperv.INVALID_INPUT);
        expectNothingHappened(listening, "a list that ends in the next page");
        GuestBlock block = guest.scratch(0).at(last);
        Message message = Message.number(3, 0);
        HypervGuest.fill(block, CONNECTION, message);
        s.expectEqual(
                "status of PostMessage with input that ends with the page",
                Hyperv.SUCCESS,
                guest.call(Hyperv.POST, block.address(), 0).status());
        s.expectEqual("messages with input that ends with the page", List.of(message), listening.heard());
        RegisterLists.set(guest.scratch(0).at(Hyperv.PAGE - 48), Hyperv.sint(4), value(4));
        Result set = guest.call(
                Hyperv.control(Hyperv.SET, 1, 0),
                guest.scratch(0).at(Hyperv.PAGE - 48).address(),
                0);
        s.expectEqual("status of Set with a list that ends with the page", Hyperv.SUCCESS, set.status());
        guest.expectRegister("of a list that ends with the page", Hyperv.sint(4), value(4));
    }

    /** HV-026: whatever the call may do, the address does not matter. */
    private static void noInputNoAddress(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        GuestBlock out = guest.output();
        for (int code : NO_INPUT) {
            String name = "the call 0x" + Integer.toHexString(code);
            int good = guest.call(code, guest.input().address(), out.address()).status();
            s.expectOneOf("status of " + name, good, Hyperv.SUCCESS, Hyperv.ACCESS_DENIED, Hyperv.INVALID_CODE);
            for (long bad : new long[] {guest.input().address() + 3, HypervGuest.HOLE, -1, out.address()}) {
                out.fill(16, 0xAA);
                String with = name + " with input at 0x" + Long.toHexString(bad);
                s.expectEqual(
                        "status of " + with,
                        good,
                        guest.call(code, bad, out.address()).status());
                s.expectThat(
                        "the output of " + with + " is written if it succeeds and only then",
                        (out.quad(0) != 0xAAAA_AAAA_AAAA_AAAAL) == (good == Hyperv.SUCCESS));
            }
        }
    }

    /** HV-027. */
    private static void noOutputNoAddress(Scenario s) {
        Listening listening = Listening.boot(s, 1);
        HypervGuest guest = listening.guest();
        List<Message> sent = new ArrayList<>();
        long[] outputs = {
            3, HypervGuest.HOLE, -1, guest.input().address(), guest.input().address() + 4
        };
        for (int i = 0; i < outputs.length; i++) {
            String what = " with output at 0x" + Long.toHexString(outputs[i]);
            Message message = Message.number(i, 0);
            HypervGuest.fill(guest.input(), CONNECTION, message);
            sent.add(message);
            s.expectEqual(
                    "status of PostMessage" + what,
                    Hyperv.SUCCESS,
                    guest.call(Hyperv.POST, guest.input().address(), outputs[i]).status());
            RegisterLists.set(guest.input(), Hyperv.sint(4), value(i));
            byte[] input = guest.input().bytes(48);
            s.expectEqual(
                    "status of Set" + what,
                    Hyperv.SUCCESS,
                    guest.call(Hyperv.control(Hyperv.SET, 1, 0), guest.input().address(), outputs[i])
                            .status());
            guest.expectRegister("as set" + what, Hyperv.sint(4), value(i));
            s.expectThat(
                    "the input of a Set" + what + " stays",
                    Arrays.equals(input, guest.input().bytes(48)));
        }
        s.expectEqual("messages", sent, listening.heard());
    }

    /** HV-028. */
    private static void inputIsInMemory(Scenario s) {
        Listening listening = Listening.boot(s, 1);
        HypervGuest guest = listening.guest();
        GuestBlock out = guest.output().fill(16, 0xAA);
        for (long nowhere : NOWHERE) {
            String what = "input at 0x" + Long.toHexString(nowhere);
            s.expectOneOf(
                    "status of PostMessage with " + what,
                    guest.call(Hyperv.POST, nowhere, 0).status(),
                    Hyperv.INVALID_INPUT,
                    Hyperv.INVALID_ALIGNMENT,
                    Hyperv.INVALID_PARAMETER);
            Result set = guest.call(Hyperv.control(Hyperv.SET, 1, 0), nowhere, 0);
            s.expectThat("a Set with " + what + " fails", set.status() != Hyperv.SUCCESS);
            s.expectEqual("completed elements of Set with " + what, 0, set.completed());
            Result get = guest.call(Hyperv.control(Hyperv.GET, 1, 0), nowhere, out.address());
            s.expectThat("a Get with " + what + " fails", get.status() != Hyperv.SUCCESS);
            s.expectEqual("output of Get with " + what, 0xAAAA_AAAA_AAAA_AAAAL, out.quad(0));
            expectNothingHappened(listening, what);
        }
    }

    /** HV-029. */
    private static void aFailureLeavesTheOutputAlone(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        GuestBlock out = guest.output();
        for (int code : NO_INPUT) {
            long[] controls = {
                code | 1L << Hyperv.COUNT_SHIFT,
                code | 1L << Hyperv.START_SHIFT,
                code | Hyperv.NESTED,
                code | 1L << Hyperv.HEADER_SHIFT,
                code | 1L << 60,
            };
            for (long control : controls) {
                out.fill(64, 0xAA);
                String what = "a call with the control word 0x" + Long.toHexString(control);
                int status = guest.call(control, 0, out.address()).status();
                s.expectThat(what + " fails", status != Hyperv.SUCCESS);
                for (int i = 0; i < 64; i += 8) {
                    s.expectEqual("output of " + what, 0xAAAA_AAAA_AAAA_AAAAL, out.quad(i));
                }
            }
            out.fill(64, 0xAA);
            int status = guest.call(code, 0, out.address() + 4).status();
            s.expectThat("the call 0x" + Integer.toHexString(code) + " with crooked output fails", status != 0);
            for (int i = 0; i < 64; i += 8) {
                s.expectEqual("crooked output", 0xAAAA_AAAA_AAAA_AAAAL, out.quad(i));
            }
        }
    }

    /**
     * HV-030: another vCPU changes a block by one store, at every point; the receiver changes it in the middle of the call;
     * and a list turns the page that it lies in into another by its own first element.
     */
    private static void inputIsReadOnce(Scenario s) {
        Message one = Message.number(1, 0, 16);
        Interleaving.explore(s, () -> {
            Listening listening = Listening.boot(s, 2);
            HypervGuest guest = listening.guest();
            Program program = new Program(guest, guest.cpu()).post(CONNECTION, one);
            long typeAndSize = guest.input().address() + Hyperv.SLOT + 8;
            GuestCode code = program.write();
            Message other = new Message(0x2222, 0, Arrays.copyOf(one.payload(), 8));
            boolean[] early = new boolean[1];
            return new Interleaving.Race(
                    guest.rig(),
                    code,
                    () -> {
                        early[0] = program.left() > 0;
                        s.witness(early[0] ? "changed-before" : "changed-after");
                        guest.cpu(1).put(typeAndSize, AccessWidth.DOUBLEWORD, other.type() | 8L << 32);
                    },
                    when -> {
                        program.expectResults(when);
                        s.expectEqual("messages " + when, List.of(early[0] ? other : one), listening.heard());
                    });
        });
        theReceiverMayChangeTheBlock(s);
        aListMayHideItself(s);
    }

    private static void theReceiverMayChangeTheBlock(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        List<Message> heard = new ArrayList<>();
        guest.synic().connect(CONNECTION, (type, payload) -> {
            guest.input().fill(Hyperv.SLOT, 0x77);
            heard.add(new Message(type, 0, payload));
            return SynicStatus.SUCCESS;
        });
        Message message = Message.number(4, 0);
        guest.post(CONNECTION, message);
        s.expectEqual("messages, one block changed by the receiver", List.of(message), heard);
    }

    /** The SIM page comes to lie over the list while the list is worked on; a call that is continued may read it again. */
    private static void aListMayHideItself(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        GuestBlock list = RegisterLists.set(
                guest.scratch(0),
                Hyperv.SIMP,
                Hyperv.on(guest.scratch(0).address()),
                Hyperv.sint(4),
                value(4),
                Hyperv.sint(5),
                value(5));
        long control = Hyperv.control(Hyperv.SET, 3, 0);
        Result result = guest.call(control, list.address(), 0);
        if (guest.continuations() == 0) {
            s.expectEqual("status of a list that hides itself", Hyperv.SUCCESS, result.status());
            s.expectEqual("completed elements of a list that hides itself", 3, result.completed());
            guest.expectRegister("of a list that hides itself", Hyperv.sint(4), value(4));
            guest.expectRegister("of a list that hides itself", Hyperv.sint(5), value(5));
        }
    }

    /** HV-032: in registers and in memory, with lists so long that they may be continued. */
    private static void resultsAreNotMixed(Scenario s) {
        Interleaving.explore(s, () -> {
            HypervGuest guest = HypervGuest.boot(s, 2);
            int[] names = new int[LONG_LIST];
            Arrays.fill(names, Hyperv.sint(2));
            for (int i = 0; i < 2; i++) {
                guest.set(guest.cpu(i), Hyperv.sint(2), value(i));
                RegisterLists.get(guest.scratch(4 * i), names);
            }
            GuestBlock mine = guest.scratch(2).fill(16 * LONG_LIST, 0);
            GuestBlock theirs = guest.scratch(6).fill(16 * LONG_LIST, 0);
            long control = Hyperv.control(Hyperv.GET, LONG_LIST, 0);
            Program program = new Program(guest, guest.cpu())
                    .get(Hyperv.VP_INDEX)
                    .code(GuestCode.move(19, 6))
                    .call(control, guest.scratch(0).address(), mine.address());
            return new Interleaving.Race(
                    guest.rig(),
                    program.write(),
                    () -> {
                        program.witnessSide();
                        SteppingGuestCpu other = guest.cpu(1);
                        s.expectEqual("VP index of the other vCPU", 1, guest.get(other, Hyperv.VP_INDEX));
                        Result result =
                                guest.call(other, control, guest.scratch(4).address(), theirs.address());
                        s.expectEqual("completed elements of the other vCPU", LONG_LIST, result.completed());
                    },
                    when -> {
                        program.expectResults(when);
                        s.expectEqual(
                                "completed elements " + when,
                                LONG_LIST,
                                program.result(1).completed());
                        s.expectEqual("VP index " + when, 0, guest.cpu().x(19));
                        for (int i = 0; i < LONG_LIST; i++) {
                            s.expectEqual("value " + i + " of this vCPU " + when, value(0), mine.quad(16 * i));
                            s.expectEqual("value " + i + " of the other " + when, value(1), theirs.quad(16 * i));
                        }
                    });
        });
    }

    /** HV-182. */
    private static void anUnknownNameEndsTheList(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (int n = 0; n < 5; n++) {
            guest.set(Hyperv.sint(n), value(n));
        }
        for (int bad = 0; bad < 5; bad++) {
            int[] names = new int[5];
            for (int n = 0; n < 5; n++) {
                names[n] = n == bad ? 0xDEAD : Hyperv.sint(n);
            }
            GuestBlock in = RegisterLists.get(guest.input(), names);
            GuestBlock out = guest.output().fill(80, 0xAA);
            Result result = guest.call(Hyperv.control(Hyperv.GET, 5, 0), in.address(), out.address());
            String what = "a Get whose element " + bad + " is unknown";
            s.expectEqual("status of " + what, Hyperv.UNKNOWN_REGISTER, result.status());
            s.expectEqual("completed elements of " + what, bad, result.completed());
            for (int n = 0; n < bad; n++) {
                s.expectEqual("value " + n + " of " + what, value(n), out.quad(16 * n));
                s.expectEqual("upper half of value " + n + " of " + what, 0, out.quad(16 * n + 8));
            }
        }
    }
}
