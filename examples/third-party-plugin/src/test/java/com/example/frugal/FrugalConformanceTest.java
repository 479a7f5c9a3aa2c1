/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.frugal;

import io.faultline.conformance.junit.BackendConformance;

/** Every rule is one test; there is nothing to write here. */
@BackendConformance(FrugalBackendProvider.class)
class FrugalConformanceTest {}
