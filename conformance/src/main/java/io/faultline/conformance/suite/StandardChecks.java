/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.suite;

import io.faultline.api.capability.Capabilities;
import io.faultline.conformance.check.Check;
import io.faultline.conformance.check.CheckGroup;
import io.faultline.conformance.contract.DiscoveryChecks;
import io.faultline.conformance.contract.InterceptChecks;
import io.faultline.conformance.contract.InterceptMessageChecks;
import io.faultline.conformance.contract.LifeChecks;
import io.faultline.conformance.contract.MemoryChecks;
import io.faultline.conformance.contract.MmioChecks;
import io.faultline.conformance.contract.PlanChecks;
import io.faultline.conformance.contract.RefusalChecks;
import io.faultline.conformance.contract.SavedStateChecks;
import io.faultline.conformance.contract.SuspensionChecks;
import io.faultline.conformance.contract.VcpuChecks;
import io.faultline.conformance.hyperv.FlagChecks;
import io.faultline.conformance.hyperv.FlagRaceChecks;
import io.faultline.conformance.hyperv.InterceptCallChecks;
import io.faultline.conformance.hyperv.MessageChecks;
import io.faultline.conformance.hyperv.MessageRaceChecks;
import io.faultline.conformance.hyperv.OverlayChecks;
import io.faultline.conformance.hyperv.RandomWalkChecks;
import io.faultline.conformance.hyperv.RegisterChecks;
import io.faultline.conformance.hyperv.RobustnessChecks;
import io.faultline.conformance.hyperv.SetUpChecks;
import io.faultline.conformance.hyperv.SynicRegisterChecks;
import io.faultline.conformance.hyperv.TimerChecks;
import io.faultline.conformance.pagefault.AccountChecks;
import io.faultline.conformance.pagefault.AcknowledgeChecks;
import io.faultline.conformance.pagefault.AreaChecks;
import io.faultline.conformance.pagefault.ArrivalRaceChecks;
import io.faultline.conformance.pagefault.AssistChecks;
import io.faultline.conformance.pagefault.DeclineChecks;
import io.faultline.conformance.pagefault.DisableChecks;
import io.faultline.conformance.pagefault.EnableChecks;
import io.faultline.conformance.pagefault.GuestRaceChecks;
import io.faultline.conformance.pagefault.GuestStateVetoChecks;
import io.faultline.conformance.pagefault.LimitChecks;
import io.faultline.conformance.pagefault.MigrationChecks;
import io.faultline.conformance.pagefault.NotPresentChecks;
import io.faultline.conformance.pagefault.OfferChecks;
import io.faultline.conformance.pagefault.PageInChecks;
import io.faultline.conformance.pagefault.PageVetoChecks;
import io.faultline.conformance.pagefault.PostCopyChecks;
import io.faultline.conformance.pagefault.PowerChecks;
import io.faultline.conformance.pagefault.PpiRouteChecks;
import io.faultline.conformance.pagefault.ReadyChecks;
import io.faultline.conformance.pagefault.RepeatedFaultChecks;
import io.faultline.conformance.pagefault.ReplyChecks;
import io.faultline.conformance.pagefault.SeveralVcpusChecks;
import io.faultline.conformance.pagefault.TokenChecks;
import io.faultline.conformance.pagefault.WakeAllChecks;
import io.faultline.conformance.pagefault.WorkloadChecks;
import io.faultline.conformance.sdei.AbsenceChecks;
import io.faultline.conformance.sdei.BindChecks;
import io.faultline.conformance.sdei.CallChecks;
import io.faultline.conformance.sdei.CompletionChecks;
import io.faultline.conformance.sdei.DispatchChecks;
import io.faultline.conformance.sdei.EventChecks;
import io.faultline.conformance.sdei.HandOverChecks;
import io.faultline.conformance.sdei.MaskAndSignalChecks;
import io.faultline.conformance.sdei.RegistrationChecks;
import io.faultline.conformance.sdei.ResetAndPowerChecks;
import io.faultline.conformance.sdei.StateChecks;
import io.faultline.conformance.xen.FifoQueueChecks;
import io.faultline.conformance.xen.FifoRaceChecks;
import io.faultline.conformance.xen.FifoSetUpChecks;
import io.faultline.conformance.xen.HandleChecks;
import io.faultline.conformance.xen.HostileFifoChecks;
import io.faultline.conformance.xen.HypercallChecks;
import io.faultline.conformance.xen.PageFaultChecks;
import io.faultline.conformance.xen.PagingChecks;
import io.faultline.conformance.xen.ParameterChecks;
import io.faultline.conformance.xen.PollChecks;
import io.faultline.conformance.xen.PortChecks;
import io.faultline.conformance.xen.PortRaceChecks;
import io.faultline.conformance.xen.PortStateChecks;
import io.faultline.conformance.xen.ResetChecks;
import io.faultline.conformance.xen.SharedInfoChecks;
import io.faultline.conformance.xen.SnapshotChecks;
import io.faultline.conformance.xen.TwoLevelChecks;
import io.faultline.conformance.xen.TwoLevelRaceChecks;
import io.faultline.conformance.xen.UpcallInterruptChecks;
import io.faultline.conformance.xen.VcpuInfoChecks;
import io.faultline.conformance.xen.VirqChecks;
import io.faultline.conformance.xen.XenOwnedChecks;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The table of all checks. One line for each class of checks. */
final class StandardChecks {
    static final List<CheckGroup> GROUPS = List.of(
            // API
            DiscoveryChecks.GROUP,
            PlanChecks.GROUP,
            VcpuChecks.GROUP,
            MmioChecks.GROUP,
            MemoryChecks.GROUP,
            SavedStateChecks.GROUP,
            LifeChecks.GROUP,
            InterceptChecks.GROUP,
            SuspensionChecks.GROUP,
            InterceptMessageChecks.GROUP,
            InterceptCallChecks.GROUP,
            // APF
            OfferChecks.GROUP,
            EnableChecks.GROUP,
            SeveralVcpusChecks.GROUP,
            AreaChecks.GROUP,
            TokenChecks.GROUP,
            GuestStateVetoChecks.GROUP,
            PageVetoChecks.GROUP,
            NotPresentChecks.GROUP,
            RepeatedFaultChecks.GROUP,
            PpiRouteChecks.GROUP,
            DeclineChecks.GROUP,
            ReplyChecks.GROUP,
            AssistChecks.GROUP,
            PageInChecks.GROUP,
            ReadyChecks.GROUP,
            AcknowledgeChecks.GROUP,
            ArrivalRaceChecks.GROUP,
            GuestRaceChecks.GROUP,
            LimitChecks.GROUP,
            WakeAllChecks.GROUP,
            DisableChecks.GROUP,
            PowerChecks.GROUP,
            MigrationChecks.GROUP,
            PostCopyChecks.GROUP,
            WorkloadChecks.GROUP,
            AccountChecks.GROUP,
            // SDEI
            AbsenceChecks.GROUP,
            CallChecks.GROUP,
            EventChecks.GROUP,
            RegistrationChecks.GROUP,
            BindChecks.GROUP,
            HandOverChecks.GROUP,
            MaskAndSignalChecks.GROUP,
            DispatchChecks.GROUP,
            CompletionChecks.GROUP,
            ResetAndPowerChecks.GROUP,
            StateChecks.GROUP,
            // HV
            io.faultline.conformance.hyperv.HypercallChecks.GROUP,
            io.faultline.conformance.hyperv.ParameterChecks.GROUP,
            RegisterChecks.GROUP,
            SynicRegisterChecks.GROUP,
            MessageChecks.GROUP,
            MessageRaceChecks.GROUP,
            FlagChecks.GROUP,
            FlagRaceChecks.GROUP,
            io.faultline.conformance.hyperv.PortChecks.GROUP,
            TimerChecks.GROUP,
            OverlayChecks.GROUP,
            SetUpChecks.GROUP,
            io.faultline.conformance.hyperv.SnapshotChecks.GROUP,
            RobustnessChecks.GROUP,
            RandomWalkChecks.GROUP,
            // XEN
            HypercallChecks.GROUP,
            HandleChecks.GROUP,
            ParameterChecks.GROUP,
            SharedInfoChecks.GROUP,
            VcpuInfoChecks.GROUP,
            PortChecks.GROUP,
            PortStateChecks.GROUP,
            VirqChecks.GROUP,
            XenOwnedChecks.GROUP,
            PortRaceChecks.GROUP,
            TwoLevelChecks.GROUP,
            TwoLevelRaceChecks.GROUP,
            FifoSetUpChecks.GROUP,
            FifoQueueChecks.GROUP,
            FifoRaceChecks.GROUP,
            HostileFifoChecks.GROUP,
            ResetChecks.GROUP,
            PollChecks.GROUP,
            UpcallInterruptChecks.GROUP,
            SnapshotChecks.GROUP,
            PageFaultChecks.GROUP,
            PagingChecks.GROUP);

    /** What must be true of a backend without a capability. */
    static final Map<String, Check> ABSENCE = absence();

    private StandardChecks() {}

    private static Map<String, Check> absence() {
        Map<String, Check> checks = new TreeMap<>(RefusalChecks.ALL);
        checks.put(Capabilities.SDEI.id(), AbsenceChecks.NO_SDEI);
        return checks;
    }
}
