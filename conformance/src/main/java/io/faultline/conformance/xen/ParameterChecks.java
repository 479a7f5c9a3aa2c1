/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.xen;

import io.faultline.api.machine.PlatformNode;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.scenario.Scenario;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Section 10.2: parameters of the domain.
 *
 * @since 0.1
 */
public final class ParameterChecks {
    private static final long[] PARAMETERS = {
        Xen.CALLBACK_IRQ, Xen.STORE_PFN, Xen.STORE_EVTCHN, Xen.CONSOLE_PFN, Xen.CONSOLE_EVTCHN
    };
    private static final int PPI_TYPE = 2;
    private static final int REGION_BYTES = 16;
    private static final int INTERRUPT_BYTES = 12;
    private static final int EDGE = 1 << 8;

    /** The checks of this class. */
    public static final CheckGroup GROUP = CheckGroup.of(
            "Xen: parameters",
            Check.of("XEN-019", ParameterChecks::theDeviceTreeNamesTheHypervisor)
                    .witnesses("node"),
            Check.of("XEN-020", ParameterChecks::theUpcallIsALevelPpi)
                    .witnesses("upcall")
                    .cut(),
            Check.of("XEN-021", ParameterChecks::theGuestSetsNoParameter).cut(),
            Check.of("XEN-022", ParameterChecks::otherDomainsParametersAreNotTold)
                    .cut(),
            Check.of("XEN-023", ParameterChecks::aParameterThatIsNotSetIsZero).cut(),
            Check.of("XEN-024", ParameterChecks::theConsolePortWorksBeforeAnythingElse)
                    .cut());

    private ParameterChecks() {}

    private static long get(Scenario s, XenGuest guest, long index) {
        s.expectEqual("result of get_param of " + index, 0, guest.getParam(Xen.SELF, index));
        return guest.arguments().quad(8);
    }

    /** XEN-019: what the backend gives to the VMM for the tree. */
    private static void theDeviceTreeNamesTheHypervisor(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        PlatformNode node = guest.rig().machine().platformNodes().stream()
                .filter(candidate -> candidate.name().equals("hypervisor"))
                .findFirst()
                .orElseThrow(() -> s.failure("node /hypervisor", "to be there, without a unit address", "none"));
        s.witness("node");
        List<String> compatible =
                List.of(new String(value(s, node, "compatible"), StandardCharsets.US_ASCII).split("\0"));
        s.expectThat(
                "the first of compatible, " + compatible + ", is xen,xen-<version>",
                compatible.get(0).matches("xen,xen-[0-9]+[.][0-9]+"));
        s.expectThat("compatible, " + compatible + ", has xen,xen", compatible.contains("xen,xen"));
        long version = guest.call(Xen.XEN_VERSION, 0, 0);
        s.expectEqual(
                "version in compatible", "xen,xen-" + (version >>> 16) + "." + (version & 0xFFFF), compatible.get(0));
        s.expectThat("reg has whole regions", value(s, node, "reg").length >= REGION_BYTES);
        ByteBuffer reg = ByteBuffer.wrap(value(s, node, "reg"));
        MemoryRegion window = new MemoryRegion(reg.getLong(0), reg.getLong(8), false);
        s.expectThat(
                "region 0 of reg, " + window + ", is outside memory",
                guest.rig().machine().memory().regions().stream().noneMatch(window::overlaps));
        byte[] interrupts = value(s, node, "interrupts");
        s.expectEqual("bytes of interrupts", INTERRUPT_BYTES, interrupts.length);
        ByteBuffer cells = ByteBuffer.wrap(interrupts);
        s.expectEqual("kind of interrupt, a PPI", 1, cells.getInt(0));
        s.expectEqual("number of the PPI", guest.interrupt() - 16, cells.getInt(4));
    }

    private static byte[] value(Scenario s, PlatformNode node, String property) {
        byte[] value = node.properties().get(property);
        if (value == null) {
            throw s.failure("property " + property + " of /hypervisor", "to be there", "none");
        }
        return value;
    }

    /** XEN-020: that the interrupt is the one that is raised shows when it is acknowledged. */
    private static void theUpcallIsALevelPpi(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        long value = get(s, guest, Xen.CALLBACK_IRQ);
        if (value != 0) {
            s.expectEqual("type in CALLBACK_IRQ", PPI_TYPE, value >>> 56);
            s.expectEqual("bits 55 to 16 of CALLBACK_IRQ", 0, value >>> 16 & 0xFF_FFFF_FFFFL);
            s.expectThat("INTID " + (value & 0xFF) + " is a PPI", (value & 0xFF) >= 16 && (value & 0xFF) < 32);
            s.expectEqual("edge flag in CALLBACK_IRQ", 0, value & EDGE);
        }
        guest.mapSharedInfo();
        guest.enableInterrupt(0);
        guest.register(0);
        guest.expectUpcalls("after registering vcpu_info", 0, 1);
        s.witness("upcall");
    }

    /** XEN-021. */
    private static void theGuestSetsNoParameter(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        for (long index : PARAMETERS) {
            long before = get(s, guest, index);
            s.expectEqual("result of set_param of " + index, Xen.EPERM, guest.setParam(Xen.SELF, index, before ^ 0x55));
            s.expectEqual("value of parameter " + index + " after set_param", before, get(s, guest, index));
        }
        s.expectEqual(
                "result of get_param of the monitor ring", Xen.EPERM, guest.getParam(Xen.SELF, Xen.MONITOR_RING_PFN));
        s.expectEqual(
                "result of set_param of the monitor ring",
                Xen.EPERM,
                guest.setParam(Xen.SELF, Xen.MONITOR_RING_PFN, 1));
        for (long index : new long[] {4, 27, 39, 0x8000_0000L, 0xFFFF_FFFFL}) {
            s.expectEqual("result of get_param of " + index, Xen.EINVAL, guest.getParam(Xen.SELF, index));
            s.expectEqual("result of set_param of " + index, Xen.EINVAL, guest.setParam(Xen.SELF, index, 1));
        }
        s.expectEqual(
                "result of get_param with a bad pointer",
                Xen.EFAULT,
                guest.call(Xen.HVM_OP, Xen.GET_PARAM, XenGuest.HOLE));
    }

    /** XEN-022. */
    private static void otherDomainsParametersAreNotTold(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        XenGuest other = XenGuest.boot(s);
        for (int foreign : guest.foreigners(other)) {
            s.expectEqual(
                    "result of get_param of domain " + foreign, Xen.EPERM, guest.getParam(foreign, Xen.STORE_EVTCHN));
        }
        s.expectEqual(
                "result of get_param of an unknown domain", Xen.ESRCH, guest.getParam(Xen.NO_DOMAIN, Xen.STORE_EVTCHN));
        s.expectEqual(
                "result of get_param of the domain by its number", 0, guest.getParam(guest.domain(), Xen.STORE_EVTCHN));
    }

    /** XEN-023: a page number and its port are both there or both not, except that a store may come later. */
    private static void aParameterThatIsNotSetIsZero(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        long consolePort = get(s, guest, Xen.CONSOLE_EVTCHN);
        long consolePage = get(s, guest, Xen.CONSOLE_PFN);
        s.expectEqual("console page and port are there", consolePort != 0, consolePage != 0);
        long storePort = get(s, guest, Xen.STORE_EVTCHN);
        long storePage = get(s, guest, Xen.STORE_PFN);
        s.expectEqual("store page and port are there", storePort != 0, storePage != 0);
        for (long port : new long[] {consolePort, storePort}) {
            s.expectThat("port " + port + " is a port that exists", port == 0 || guest.state(port) != Xen.CLOSED);
        }
    }

    /** XEN-024: without a console there is nothing to send on, and the parameter says so. */
    private static void theConsolePortWorksBeforeAnythingElse(Scenario s) {
        XenGuest guest = XenGuest.boot(s);
        long port = get(s, guest, Xen.CONSOLE_EVTCHN);
        guest.expectEvent("send on console port " + port, port == 0 ? Xen.EINVAL : 0, Xen.SEND, port);
    }
}
