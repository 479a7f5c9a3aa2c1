/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The SDEI events of TF-A on QEMU's virt machine: event 0, and three bind slots of each kind, as on Arm's FVP. Version
 * 2.8 has no port of SDEI to this machine.
 */
#include <bl31/ehf.h>
#include <lib/utils_def.h>
#include <platform_def.h>
#include <services/sdei.h>

static sdei_ev_map_t of_one_pe[] = {
    SDEI_DEFINE_EVENT_0(QEMU_IRQ_SEC_SGI_0),
    SDEI_PRIVATE_EVENT(1000, SDEI_DYN_IRQ, SDEI_MAPF_DYNAMIC),
    SDEI_PRIVATE_EVENT(1001, SDEI_DYN_IRQ, SDEI_MAPF_DYNAMIC),
    SDEI_PRIVATE_EVENT(1002, SDEI_DYN_IRQ, SDEI_MAPF_DYNAMIC),
};

static sdei_ev_map_t of_all_pes[] = {
    SDEI_SHARED_EVENT(2000, SDEI_DYN_IRQ, SDEI_MAPF_DYNAMIC),
    SDEI_SHARED_EVENT(2001, SDEI_DYN_IRQ, SDEI_MAPF_DYNAMIC),
    SDEI_SHARED_EVENT(2002, SDEI_DYN_IRQ, SDEI_MAPF_DYNAMIC),
};

REGISTER_SDEI_MAP(of_one_pe, of_all_pes);

void plat_sdei_setup(void)
{
}

static ehf_pri_desc_t levels[] = {
    EHF_PRI_DESC(PLAT_PRI_BITS, PLAT_SDEI_CRITICAL_PRI),
    EHF_PRI_DESC(PLAT_PRI_BITS, PLAT_SDEI_NORMAL_PRI),
};

EHF_REGISTER_PRIORITIES(levels, ARRAY_SIZE(levels), PLAT_PRI_BITS);
