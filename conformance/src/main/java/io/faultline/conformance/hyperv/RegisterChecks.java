/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.hyperv;

import io.faultline.api.capability.Capabilities;
import io.faultline.api.synic.SynicStatus;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.hyperv.HypervGuest.Result;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Set;
import java.util.TreeSet;

/**
 * Section 11.2: what a guest finds out, how it names itself, and registers in general.
 *
 * @since 0.1
 */
public final class RegisterChecks {
    private static final int[] BEFORE_IDENTITY = {
        0x100, 0x200, 0x201, 0x202, 0x203, 0x9_0002, 0x9_0004, 0x210, 0x211, 0x212, 0x213, 0x214, 0x215
    };
    private static final int[] UNKNOWN = {
        2,
        0x99,
        0x101,
        0x1FF,
        0x20A,
        0x216,
        0x300,
        0x9_0099,
        0x9_FFFF,
        0xA_0016,
        0xA_00FF,
        0xB_0008,
        0xB_FFFF,
        0x7FFF_FFFF,
        0x800A_0000,
        -1
    };
    private static final int[] READ_ONLY = {0x100, 0x200, 0x201, 0x202, 0x203, 0x9_0003, 0xA_0011};
    private static final long[] IDENTITIES = {
        0x8100_0006_0C75_0000L, 1, 0x8F00_0000_0000_0000L, Long.MIN_VALUE, 0x1234_5678_9ABC_DEF0L
    };
    private static final int MOST_VCPUS = 4;

    /** A privilege and a register that it opens. */
    private record Opened(int privilege, int register) {}

    private static final Opened[] OPENED = {
        new Opened(Hyperv.ACCESS_RUNTIME, Hyperv.VP_RUNTIME),
        new Opened(Hyperv.ACCESS_COUNTER, Hyperv.TIME),
        new Opened(Hyperv.ACCESS_SYNIC, Hyperv.SCONTROL),
        new Opened(Hyperv.ACCESS_SYNIC, Hyperv.SVERSION),
        new Opened(Hyperv.ACCESS_SYNIC, Hyperv.SIEFP),
        new Opened(Hyperv.ACCESS_SYNIC, Hyperv.SIMP),
        new Opened(Hyperv.ACCESS_SYNIC, Hyperv.EOM),
        new Opened(Hyperv.ACCESS_SYNIC, Hyperv.SINT0),
        new Opened(Hyperv.ACCESS_SYNIC, Hyperv.SINT0 + 15),
        new Opened(Hyperv.ACCESS_VP_INDEX, Hyperv.VP_INDEX),
        new Opened(Hyperv.ACCESS_TSC, Hyperv.REFERENCE_TSC),
        new Opened(Hyperv.ACCESS_FREQUENCY, Hyperv.PROCESSOR_FREQUENCY),
        new Opened(Hyperv.ACCESS_FREQUENCY, Hyperv.PROCESSOR_FREQUENCY + 1),
    };

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Hyper-V: registers",
            Check.of("HV-034", RegisterChecks::theHypervisorNamesItself).cut(),
            Check.of("HV-036", RegisterChecks::someRegistersCanBeReadFirst).cut(),
            Check.of("HV-037", RegisterChecks::theSynicIsShutFirst).cut(),
            Check.of("HV-038", RegisterChecks::nothingIsSentFirst).cut(),
            Check.of("HV-039", RegisterChecks::theIdentityIsThePartitions).cut(),
            Check.of("HV-040", RegisterChecks::privilegesAndCrashRegisters).cut(),
            Check.of("HV-041", RegisterChecks::whatIsNotGivenIsDenied).cut(),
            Check.of("HV-042", RegisterChecks::unknownNamesAreToldApart).cut(),
            Check.of("HV-043", RegisterChecks::readOnlyRegistersStay).cut(),
            Check.of("HV-044", RegisterChecks::indexesAreDense).cut(),
            Check.of("HV-045", RegisterChecks::theTimeCannotBeSet).cut(),
            Check.of("HV-046", RegisterChecks::otherPartitionsAreOutOfReach).cut(),
            Check.of("HV-047", RegisterChecks::reservedBitsOfTheHeaderAreZero).cut(),
            Check.of("HV-048", RegisterChecks::theUpperHalfIsZero).cut(),
            Check.of("HV-049", RegisterChecks::aSetIsSeenAtOnce).cut());

    private RegisterChecks() {}

    private static long value(int n) {
        return HypercallChecks.value(n);
    }

    private static int vcpus(Scenario s) {
        return Math.min(MOST_VCPUS, s.capability(Capabilities.VCPUS));
    }

    /** HV-034: before and after the guest has named itself. */
    private static void theHypervisorNamesItself(Scenario s) {
        HypervGuest guest = HypervGuest.bootUnidentified(s, 1);
        long[] words = {0x4D32_BA58L, 0xCD24_4764L, 0x8EEF_6C75L, 0x1659_7024L};
        for (int round = 0; round < 2; round++) {
            for (int function : new int[] {0x8600_FF01, 0xC600_FF01}) {
                guest.cpu().call(function, -1, -1, -1);
                for (int i = 0; i < 4; i++) {
                    s.expectEqual(
                            "X" + i + " after the call 0x" + Integer.toHexString(function),
                            words[i],
                            guest.cpu().x(i));
                }
            }
            guest.identify();
        }
    }

    /** HV-036. */
    private static void someRegistersCanBeReadFirst(Scenario s) {
        HypervGuest guest = HypervGuest.bootUnidentified(s, 1);
        boolean crash = guest.hasFeature(Hyperv.CRASH_REGISTERS);
        boolean counter = guest.hasPrivilege(Hyperv.ACCESS_COUNTER);
        for (int register : BEFORE_IDENTITY) {
            boolean offered = register >= Hyperv.CRASH_P0 && register <= Hyperv.CRASH_CONTROL
                    ? crash
                    : register != Hyperv.TIME || counter;
            if (offered) {
                guest.get(register);
            }
        }
        s.expectEqual("identity of the guest at first", 0, guest.get(Hyperv.GUEST_ID));
        long build = guest.get(Hyperv.VERSION) & 0xFFFF_FFFFL;
        guest.identify();
        s.expectEqual(
                "build before and after the guest has named itself", build, guest.get(Hyperv.VERSION) & 0xFFFF_FFFFL);
    }

    /** HV-037. */
    private static void theSynicIsShutFirst(Scenario s) {
        HypervGuest guest = HypervGuest.bootUnidentified(s, 1);
        for (int register = Hyperv.SINT0; register <= Hyperv.EOM; register++) {
            String name = Hyperv.name(register);
            Result get = guest.tryGet(register);
            s.expectThat("a Get of " + name + " before the identity fails", get.status() != Hyperv.SUCCESS);
            s.expectEqual("completed elements of a Get of " + name, 0, get.completed());
            long value =
                    register < Hyperv.SCONTROL ? value(1) : register == Hyperv.SCONTROL ? 1 : HypervGuest.simp(0) | 1;
            Result set = guest.trySet(register, value);
            s.expectThat("a Set of " + name + " before the identity fails", set.status() != Hyperv.SUCCESS);
            s.expectEqual("completed elements of a Set of " + name, 0, set.completed());
        }
        guest.identify();
        SynicRegisterChecks.expectFirstValues(guest, "after Sets before the identity", guest.cpu());
    }

    /** HV-038. */
    private static void nothingIsSentFirst(Scenario s) {
        HypervGuest guest = HypervGuest.bootUnidentified(s, 1);
        int[] heard = new int[2];
        guest.rig().connectBy(machine -> {
            HypervGuest.synic(machine).connect(8, Hyperv.FLAGS, flag -> heard[0]++);
            HypervGuest.synic(machine).connect(9, (type, payload) -> {
                heard[1]++;
                return SynicStatus.SUCCESS;
            });
        });
        int post = guest.tryPost(9, Message.number(1, 0)).status();
        s.expectThat("PostMessage before the identity fails", post != Hyperv.SUCCESS);
        int signal = guest.trySignal(8, 3).status();
        s.expectThat("SignalEvent before the identity fails", signal != Hyperv.SUCCESS);
        s.expectEqual("signals before the identity", 0, heard[0]);
        s.expectEqual("messages before the identity", 0, heard[1]);
        guest.identify();
        guest.post(9, Message.number(1, 0));
        guest.signal(8, 3);
        s.expectEqual("signals after the identity", 1, heard[0]);
        s.expectEqual("messages after the identity", 1, heard[1]);
    }

    /** HV-039. */
    private static void theIdentityIsThePartitions(Scenario s) {
        HypervGuest guest = HypervGuest.bootUnidentified(s, 2);
        HypervGuest other = HypervGuest.bootUnidentified(s, 1);
        for (long identity : IDENTITIES) {
            guest.set(Hyperv.GUEST_ID, identity);
            for (int i = 0; i < 2; i++) {
                guest.expectRegister("as vCPU 0 wrote it", guest.cpu(i), Hyperv.GUEST_ID, identity);
            }
        }
        guest.get(guest.cpu(1), Hyperv.SCONTROL);
        other.expectRegister("of another machine", Hyperv.GUEST_ID, 0);
    }

    /** HV-040. */
    private static void privilegesAndCrashRegisters(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        s.expectThat("the privileges give access to the SynIC", guest.hasPrivilege(Hyperv.ACCESS_SYNIC));
        s.expectThat("the privileges name registers of vCPUs", guest.hasPrivilege(49));
        boolean crash = guest.hasFeature(Hyperv.CRASH_REGISTERS);
        for (int register = Hyperv.CRASH_P0; register <= Hyperv.CRASH_CONTROL; register++) {
            int status = guest.tryGet(register).status();
            s.expectThat(
                    "bit 72 is " + (crash ? 1 : 0) + ", and status 0x" + Integer.toHexString(status) + " of a Get of "
                            + Hyperv.name(register) + " says the same",
                    crash == (status == Hyperv.SUCCESS));
        }
        if (crash) {
            for (int i = 0; i < 5; i++) {
                guest.set(Hyperv.CRASH_P0 + i, 0x1111_0000_0000_0000L * (i + 1) | i);
            }
            for (int i = 0; i < 5; i++) {
                guest.expectRegister("as written", Hyperv.CRASH_P0 + i, 0x1111_0000_0000_0000L * (i + 1) | i);
            }
            s.expectThat("the crash registers can notify", guest.get(Hyperv.CRASH_CONTROL) < 0);
        }
    }

    private static void expectOpen(HypervGuest guest, String what, boolean isGiven, int status) {
        guest.scenario()
                .expectEqual(
                        "status of " + what + ", whose privilege is " + (isGiven ? "given" : "not given"),
                        isGiven ? Hyperv.SUCCESS : Hyperv.ACCESS_DENIED,
                        status);
    }

    /** HV-041. */
    private static void whatIsNotGivenIsDenied(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (Opened opened : OPENED) {
            boolean isGiven = guest.hasPrivilege(opened.privilege());
            String name = Hyperv.name(opened.register());
            expectOpen(
                    guest,
                    "Get of " + name,
                    isGiven,
                    guest.tryGet(opened.register()).status());
            if (!isGiven) {
                s.expectThat(
                        "a Set of " + name + " fails, too",
                        guest.trySet(opened.register(), 0).status() != 0);
            }
        }
        guest.rig().connectBy(machine -> {
            HypervGuest.synic(machine).connect(8, Hyperv.FLAGS, flag -> {});
            HypervGuest.synic(machine).connect(9, (type, payload) -> SynicStatus.SUCCESS);
        });
        expectOpen(
                guest,
                "PostMessage",
                guest.hasPrivilege(Hyperv.POST_MESSAGES),
                guest.tryPost(9, Message.number(1, 0)).status());
        expectOpen(
                guest,
                "SignalEvent",
                guest.hasPrivilege(Hyperv.SIGNAL_EVENTS),
                guest.trySignal(8, 3).status());
        boolean isGiven = guest.hasPrivilege(Hyperv.ACCESS_PARTITION_ID);
        guest.output().fill(8, 0);
        int status =
                guest.call(Hyperv.GET_PARTITION_ID, 0, guest.output().address()).status();
        expectOpen(guest, "GetPartitionId", isGiven, status);
        s.expectThat(
                "GetPartitionId gives a number if it may and only then",
                (guest.output().quad(0) != 0) == isGiven);
    }

    /** HV-042. */
    private static void unknownNamesAreToldApart(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        for (int register : UNKNOWN) {
            cpu.x(6, 0x5A5A);
            cpu.x(7, 0x5A5A);
            Result result = guest.tryGet(register);
            s.expectEqual("status of Get of " + Hyperv.name(register), Hyperv.UNKNOWN_REGISTER, result.status());
            s.expectEqual("completed elements of Get of " + Hyperv.name(register), 0, result.completed());
        }
    }

    /** HV-043. */
    private static void readOnlyRegistersStay(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        for (int register : READ_ONLY) {
            long low = guest.get(register);
            long high = cpu.x(7);
            for (long value : new long[] {0, 1, ~low, low, -1}) {
                Result result = guest.trySet(register, value);
                s.expectThat(
                        "a Set of " + Hyperv.name(register) + " to 0x" + Long.toHexString(value) + " fails",
                        result.status() != Hyperv.SUCCESS);
                s.expectEqual("completed elements of a Set of " + Hyperv.name(register), 0, result.completed());
                guest.expectRegister("after a Set that failed", register, low);
                s.expectEqual("upper half of " + Hyperv.name(register) + " after a Set that failed", high, cpu.x(7));
            }
        }
    }

    /** HV-044. */
    private static void indexesAreDense(Scenario s) {
        int vcpus = vcpus(s);
        HypervGuest guest = HypervGuest.boot(s, vcpus);
        Set<Long> indexes = new TreeSet<>();
        for (int i = 0; i < vcpus; i++) {
            long index = guest.get(guest.cpu(i), Hyperv.VP_INDEX);
            s.expectThat("VP index " + index + " is below " + vcpus, index >= 0 && index < vcpus);
            s.expectThat("VP index " + index + " belongs to one vCPU", indexes.add(index));
        }
        for (int i = 0; i < vcpus; i++) {
            long index = guest.get(guest.cpu(i), Hyperv.VP_INDEX);
            Result byIndex = guest.call(guest.cpu(i), Hyperv.fast(Hyperv.GET, 1), Hyperv.SELF, index, Hyperv.VP_INDEX);
            s.expectEqual("status of Get by a vCPU that names its own index", Hyperv.SUCCESS, byIndex.status());
            s.expectEqual(
                    "VP index of the vCPU that the index names",
                    index,
                    guest.cpu(i).x(6));
            Result beyond = guest.call(guest.cpu(i), Hyperv.fast(Hyperv.GET, 1), Hyperv.SELF, vcpus, Hyperv.VP_INDEX);
            s.expectEqual("status of Get of a vCPU that is not there", Hyperv.INVALID_VP_INDEX, beyond.status());
        }
    }

    /** HV-045. */
    private static void theTimeCannotBeSet(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (long value : new long[] {0, 1, -1, 1L << 60}) {
            long before = guest.get(Hyperv.TIME);
            s.expectEqual(
                    "status of Set of the time",
                    Hyperv.INVALID_PARAMETER,
                    guest.trySet(Hyperv.TIME, value).status());
            long after = guest.get(Hyperv.TIME);
            s.expectThat(
                    "the time goes on from " + before + ", not to " + after,
                    after >= before && after - before < 1 << 20);
        }
    }

    /** HV-046. */
    private static void otherPartitionsAreOutOfReach(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        for (long partition : new long[] {0, 0x1234_5678_9ABCL, 0x7FFF_FFFF_FFFF_FFFFL, -2, 0xFFFF_FFFFL}) {
            String of = " for partition 0x" + Long.toHexString(partition);
            cpu.x(6, 0x5A5A);
            Result get = guest.call(Hyperv.fast(Hyperv.GET, 1), partition, Hyperv.SELF_VP, Hyperv.VP_INDEX);
            s.expectThat("a Get" + of + " fails", get.status() != Hyperv.SUCCESS);
            s.expectEqual("completed elements of a Get" + of, 0, get.completed());
            Result set =
                    guest.call(Hyperv.fast(Hyperv.SET, 1), partition, Hyperv.SELF_VP, Hyperv.sint(4), 0, value(4), 0);
            s.expectThat("a Set" + of + " fails", set.status() != Hyperv.SUCCESS);
            s.expectEqual("completed elements of a Set" + of, 0, set.completed());
            guest.expectRegister("after a Set" + of, Hyperv.sint(4), Hyperv.MASKED);
        }
    }

    /** HV-047. */
    private static void reservedBitsOfTheHeaderAreZero(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (long level : new long[] {0x20, 0x40, 0x80, 0xE0}) {
            long header = Hyperv.SELF_VP | level << 32;
            String with = " with the trust level 0x" + Long.toHexString(level);
            Result get = guest.call(Hyperv.fast(Hyperv.GET, 1), Hyperv.SELF, header, Hyperv.VP_INDEX);
            s.expectEqual("status of Get" + with, Hyperv.INVALID_PARAMETER, get.status());
            Result set = guest.call(Hyperv.fast(Hyperv.SET, 1), Hyperv.SELF, header, Hyperv.sint(4), 0, value(4), 0);
            s.expectEqual("status of Set" + with, Hyperv.INVALID_PARAMETER, set.status());
            s.expectEqual("completed elements of Set" + with, 0, set.completed());
            guest.expectRegister("after a Set" + with, Hyperv.sint(4), Hyperv.MASKED);
        }
    }

    /** HV-048. */
    private static void theUpperHalfIsZero(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        SteppingGuestCpu cpu = guest.cpu();
        guest.set(Hyperv.sint(4), -1L);
        int[] registers = {
            Hyperv.GUEST_ID,
            Hyperv.VP_INDEX,
            Hyperv.TIME,
            Hyperv.sint(4),
            Hyperv.SCONTROL,
            Hyperv.SIMP,
            Hyperv.SIEFP,
            Hyperv.EOM,
            Hyperv.SVERSION
        };
        for (int register : registers) {
            cpu.x(6, -1);
            cpu.x(7, -1);
            guest.get(register);
            s.expectEqual("upper half of " + Hyperv.name(register), 0, cpu.x(7));
            RegisterLists.get(guest.input(), register);
            guest.output().fill(16, 0xAA);
            guest.call(
                    Hyperv.control(Hyperv.GET, 1, 0),
                    guest.input().address(),
                    guest.output().address());
            s.expectEqual(
                    "upper half of " + Hyperv.name(register) + " in memory",
                    0,
                    guest.output().quad(8));
        }
        s.expectEqual("all 64 bits of SINT4", -1, guest.get(Hyperv.sint(4)));
        s.expectEqual("all 64 bits of the identity", HypervGuest.IDENTITY, guest.get(Hyperv.GUEST_ID));
        guest.get(Hyperv.VERSION);
        s.expectThat("the version has a major number", cpu.x(6) >>> 48 != 0);
    }

    /** HV-049. */
    private static void aSetIsSeenAtOnce(Scenario s) {
        HypervGuest guest = HypervGuest.boot(s);
        for (int i = 0; i < 40; i++) {
            int source = s.random().nextInt(Hyperv.SOURCES);
            long value = s.random().nextLong() | Hyperv.MASKED;
            guest.set(Hyperv.sint(source), value);
            guest.expectRegister("right after a Set", Hyperv.sint(source), value);
            long page =
                    guest.scratch(s.random().nextInt(8)).address() | s.random().nextInt(2);
            guest.set(Hyperv.SIMP, page);
            guest.expectRegister("right after a Set", Hyperv.SIMP, page);
            long control = s.random().nextInt(2);
            guest.set(Hyperv.SCONTROL, control);
            guest.expectRegister("right after a Set", Hyperv.SCONTROL, control);
        }
    }
}
