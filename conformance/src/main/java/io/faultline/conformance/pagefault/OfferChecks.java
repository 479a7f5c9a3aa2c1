/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.pagefault;

import io.faultline.api.arm64.AccessWidth;
import io.faultline.api.arm64.CoreRegister;
import io.faultline.api.arm64.InterruptId;
import io.faultline.api.arm64.Smccc;
import io.faultline.api.arm64.SystemRegister;
import io.faultline.api.capability.Capabilities;
import io.faultline.api.guest.GuestDriver;
import io.faultline.api.sdei.Sdei;
import io.faultline.api.trace.TraceEvent;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.A64;
import io.faultline.conformance.scenario.PageFaultGuest;
import io.faultline.conformance.scenario.PageFaultGuest.WaitingTask;
import io.faultline.conformance.scenario.RegisterFile;
import io.faultline.conformance.scenario.Rig;
import io.faultline.conformance.scenario.Scenario;
import io.faultline.conformance.scenario.SteppingGuestCpu;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * Section A: discovery.
 *
 * @since 0.1
 */
public final class OfferChecks {
    /** APF-002; also what must be true of a backend that does not offer the feature at all. */
    public static final Check NO_OFFER = Check.of("APF-002", OfferChecks::whatIsNotOfferedIsRefused)
            .witnesses("not-offered")
            .cut();

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "APF: discovery",
            Check.of("APF-001", OfferChecks::aGuestThatDoesNotLookSeesNothing)
                    .witnesses("page-came")
                    .cut(),
            NO_OFFER,
            Check.of("APF-003", OfferChecks::theFeatureBitAndVersionAgree)
                    .witnesses("offered", "not-offered")
                    .cut(),
            Check.of("APF-004", OfferChecks::versionIsOne).cut(),
            Check.of("APF-005", OfferChecks::allSlotsCanBeUsed).witnesses("all-outstanding"),
            Check.of("APF-006", OfferChecks::theInterruptIsTheOneOfTheVmm)
                    .witnesses("fired-23", "fired-20")
                    .cut(),
            Check.of("APF-007", OfferChecks::theEventIsTheOneOfTheVmm)
                    .witnesses("first-event", "second-event")
                    .cut(),
            Check.of("APF-008", OfferChecks::unknownSubFunctionsDoNothing).cut(),
            Check.of("APF-010", OfferChecks::callsOfUserModeAreUndefined)
                    .witnesses("hvc-undefined", "smc-undefined")
                    .cut());

    private static final int OTHER_EVENT = 0x4040_0002;
    private static final int OTHER_INTERRUPT = 20;
    private static final int LAST_SUB_FUNCTION = 5;
    private static final long VERSION_1_0 = 0x1_0000;

    private OfferChecks() {}

    private static byte[] area(SteppingGuestCpu cpu) {
        byte[] bytes = new byte[0x1000];
        cpu.rig().machine().memory().read(cpu.layout().area(), bytes);
        return bytes;
    }

    /** APF-001. */
    private static void aGuestThatDoesNotLookSeesNothing(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        SteppingGuestCpu cpu = scene.cpu();
        if (scene.rig().machine().capabilities().has(Capabilities.PPI)) {
            cpu.gic().initialise();
            for (int ppi = 16; ppi < 32; ppi++) {
                cpu.gic().enable(InterruptId.ppi(ppi));
            }
        }
        byte[] area = area(cpu);
        long page = scene.absent(0);
        scene.expectWaits(
                "an access of a guest that did not enable anything",
                scene.guest().touch(page));
        scene.arrive(page);
        scene.expectGoesOn(cpu, page);
        s.witness("page-came");
        scene.toKernel(cpu);
        scene.guest().expectNothingDue();
        s.expectThat("the memory for the shared area is as it was", Arrays.equals(area, area(cpu)));
        s.expectEqual(
                "not-present notifications in the trace", List.of(), s.trace().events(TraceEvent.PageNotPresent.class));
        s.expectEqual("ready notifications in the trace", List.of(), s.trace().events(TraceEvent.PageReady.class));
        s.expectEqual("announced faults", 0, scene.counters().announced());
    }

    /** APF-002. */
    private static void whatIsNotOfferedIsRefused(Scenario s) {
        Rig rig = s.machine();
        SteppingGuestCpu cpu = rig.cpu(0);
        s.expectThat(
                "a machine to whose guest nothing is offered does not have the capability "
                        + Capabilities.ASYNC_PAGE_FAULTS.id(),
                !rig.machine().capabilities().has(Capabilities.ASYNC_PAGE_FAULTS));
        byte[] area = area(cpu);
        for (GuestDriver driver : s.subject().backend().guestDrivers()) {
            s.expectThat("the driver for " + driver.mechanism() + " finds nothing", !driver.discover(cpu));
        }
        if (s.capabilities().has(Capabilities.APF_KVM)) {
            KvmGuest guest = new KvmGuest(cpu);
            for (int subFunction = 0; subFunction <= LAST_SUB_FUNCTION; subFunction++) {
                boolean enables = subFunction == KvmCall.ENABLE.number(guest.isByPpi());
                long argument = enables ? guest.area() | KvmGuest.ENABLED : 0;
                s.expectEqual(
                        "result of sub-function " + subFunction + " without offer",
                        Smccc.NOT_SUPPORTED,
                        guest.callNumber(subFunction, argument));
            }
        }
        s.expectThat("the memory for a shared area is as it was", Arrays.equals(area, area(cpu)));
        s.witness("not-offered");
    }

    private static boolean hasFeatureBit(Scenario s, SteppingGuestCpu cpu) {
        int function = s.capability(Capabilities.APF_KVM).value() & 0xFFFF;
        cpu.call(Smccc.VENDOR_HYP_FEATURES, 0, 0, 0);
        return (cpu.x(function / Integer.SIZE) >>> function % Integer.SIZE & 1) != 0;
    }

    /** APF-003. */
    private static void theFeatureBitAndVersionAgree(Scenario s) {
        SteppingGuestCpu with = PagingScene.offered(s, 1).cpu();
        s.expectThat("the bit of the function is set in the bitmap of features", hasFeatureBit(s, with));
        s.expectEqual("result of VERSION", Smccc.SUCCESS, new KvmGuest(with).call(KvmCall.VERSION));
        s.witness("offered");
        SteppingGuestCpu without = s.machine().cpu(0);
        s.expectThat("the bit of the function is clear without offer", !hasFeatureBit(s, without));
        s.expectEqual(
                "result of VERSION without offer", Smccc.NOT_SUPPORTED, new KvmGuest(without).call(KvmCall.VERSION));
        s.witness("not-offered");
    }

    /** APF-004. */
    private static void versionIsOne(Scenario s) {
        KvmGuest guest = new KvmGuest(PagingScene.offered(s, 1).cpu());
        s.expectEqual("X1 after VERSION", VERSION_1_0, guest.query(KvmCall.VERSION));
    }

    /** APF-005. */
    private static void allSlotsCanBeUsed(Scenario s) {
        PagingScene scene = PagingScene.enabled(s);
        int slots = (int) new KvmGuest(scene.cpu()).query(KvmCall.SLOTS);
        s.expectEqual("SLOTS and the capability", scene.guest().limits().slots(), slots);
        List<Long> pages = scene.absentPages(slots + 1);
        List<WaitingTask> tasks = scene.startWaiting(pages.subList(0, slots));
        s.expectEqual("announced faults outstanding", slots, scene.counters().outstanding());
        s.witness("all-outstanding");
        long last = pages.get(slots);
        scene.expectWaits("the fault after the last slot", scene.guest().touch(last));
        scene.arriveAndGoOn(scene.cpu(), last);
        for (WaitingTask task : tasks) {
            scene.arrive(task.page());
            scene.takeReadyAndFinish(task);
        }
    }

    /** APF-006. */
    private static void theInterruptIsTheOneOfTheVmm(Scenario s) {
        for (int interrupt : new int[] {PageFaultGuest.INTERRUPT, OTHER_INTERRUPT}) {
            SteppingGuestCpu cpu = s.machine(
                            request -> PageFaultGuest.offer(s, request, PageFaultGuest.EVENT, interrupt))
                    .cpu(0);
            KvmGuest guest = new KvmGuest(cpu, PageFaultGuest.EVENT, interrupt);
            s.expectEqual("X1 after IRQ", interrupt, guest.query(KvmCall.IRQ));
            guest.start(0);
            s.witness("fired-" + interrupt);
        }
    }

    /** APF-007. */
    private static void theEventIsTheOneOfTheVmm(Scenario s) {
        for (int event : new int[] {PageFaultGuest.EVENT, OTHER_EVENT}) {
            PagingScene scene =
                    PagingScene.offered(s, 1, request -> request.asyncPageFaults(event, PageFaultGuest.INTERRUPT));
            KvmGuest guest = new KvmGuest(scene.cpu(), event, PageFaultGuest.INTERRUPT);
            s.expectEqual("X1 after SDEI", event, guest.query(KvmCall.SDEI));
            s.expectEqual("result of EVENT_REGISTER", Sdei.SUCCESS, guest.sdei().register(event, KvmGuest.LANE, 0));
            s.expectEqual(
                    "result of EVENT_UNREGISTER", Sdei.SUCCESS, guest.sdei().unregister(event));
            guest.start(0);
            guest.expectNotPresent(scene.absent(0));
            s.expectEqual(
                    "event number in X0 of the handler", event, guest.cpu().x(0));
            s.witness(event == OTHER_EVENT ? "second-event" : "first-event");
        }
    }

    /** APF-008. */
    private static void unknownSubFunctionsDoNothing(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        KvmGuest guest = KvmGuest.started(scene);
        SteppingGuestCpu cpu = scene.cpu();
        byte[] area = area(cpu);
        TreeSet<Integer> unknown = new TreeSet<>(List.of(LAST_SUB_FUNCTION + 1, 7, 8, 0x40, 0xFFFF, -1));
        for (int round = 0; round < 4; round++) {
            unknown.add(s.random().nextInt(LAST_SUB_FUNCTION + 1, Integer.MAX_VALUE));
        }
        for (int subFunction : unknown) {
            cpu.fillRegisters(7);
            RegisterFile before = cpu.registers();
            s.expectEqual(
                    "result of sub-function " + PagingScene.hex(subFunction),
                    Smccc.NOT_SUPPORTED,
                    guest.callNumber(subFunction, guest.area() | KvmGuest.ENABLED));
            RegisterFile after = cpu.registers();
            for (int n = 4; n <= 30; n++) {
                long register = before.get(CoreRegister.x(n));
                s.expectEqual("X" + n + " after an unknown sub-function", register, cpu.x(n));
            }
            s.expectEqual("PSTATE", before.get(CoreRegister.PSTATE), after.get(CoreRegister.PSTATE));
        }
        s.expectThat("the shared area is as it was", Arrays.equals(area, area(cpu)));
        guest.expectEnabled("after unknown sub-functions");
        guest.expectNothingDue("after unknown sub-functions");
    }

    /** APF-010. */
    private static void callsOfUserModeAreUndefined(Scenario s) {
        PagingScene scene = PagingScene.offered(s, 1);
        SteppingGuestCpu cpu = scene.cpu();
        for (String name : List.of("hvc", "smc")) {
            int calls = s.trace().events(TraceEvent.GuestCall.class).size();
            cpu.enterEl0();
            if (s.capabilities().has(Capabilities.APF_KVM)) {
                cpu.x(0, s.capability(Capabilities.APF_KVM).value() & 0xFFFF_FFFFL);
                cpu.x(1, KvmCall.ENABLE.number(new KvmGuest(cpu).isByPpi()));
                cpu.x(2, cpu.layout().area() | KvmGuest.ENABLED);
                cpu.x(3, 0);
            }
            s.expectDiverted(
                    name + " at EL0",
                    cpu.execute(name.equals("hvc") ? A64.hvc(0) : A64.smc(0)),
                    cpu.layout().vectorFromEl0(0));
            s.expectEqual(
                    "exception class of " + name + " at EL0 (0 is: undefined)",
                    0,
                    cpu.mrs(SystemRegister.ESR_EL1) >>> 26 & 0x3F);
            s.expectEqual(
                    "calls that reached the hypervisor",
                    calls,
                    s.trace().events(TraceEvent.GuestCall.class).size());
            s.witness(name + "-undefined");
            cpu.jump(cpu.layout().el1());
        }
        if (s.capabilities().has(Capabilities.APF_KVM)) {
            new KvmGuest(cpu).expectDisabled("after calls of EL0");
            s.expectEqual(
                    "reason word after calls of EL0",
                    0,
                    cpu.rig().machine().memory().load(cpu.layout().area(), AccessWidth.WORD));
        }
    }
}
