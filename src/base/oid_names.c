/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 the doorward developers */

#include "base/oid_names.h"

#include "base/suggest.h"
#include "base/util.h"

#define PKCS1 "1.2.840.113549.1.1."
#define X962 "1.2.840.10045."
#define CERTICOM "1.3.132.0."
#define BRAINPOOL "1.3.36.3.3.2.8.1.1."
#define NIST "2.16.840.1.101.3.4."
#define GOST "1.2.643.7.1.1.1."
#define PKIX_KP "1.3.6.1.5.5.7.3."
#define MICROSOFT "1.3.6.1.4.1.311."

#define NAMES_MAX 64 /* rows of a table, at most */

static const struct oid_name keys[] = {
	{PKCS1 "1", "rsa", "rsaEncryption", true},
	{PKCS1 "10", "rsa-pss", "rsassaPss|RSASSA-PSS", true},
	{"1.2.840.10040.4.1", "dsa", "dsaEncryption|id-dsa", true},
	{X962 "2.1", "ec", "ecdsa|id-ecPublicKey", true},
	{"1.3.101.112", "ed25519", "", false},
	{"1.3.101.113", "ed448", "", false},
	{"1.3.101.110", "x25519", "", false},
	{"1.3.101.111", "x448", "", false},
	{"1.2.840.113549.1.3.1", "dh", "dhKeyAgreement", false},
	{"1.2.840.10046.2.1", "dhx", "X9.42 DH|dhpublicnumber", false},
	{NIST "3.17", "ml-dsa-44", "id-ml-dsa-44|MLDSA44", false},
	{NIST "3.18", "ml-dsa-65", "id-ml-dsa-65|MLDSA65", false},
	{NIST "3.19", "ml-dsa-87", "id-ml-dsa-87|MLDSA87", false},
	{"1.2.643.2.2.19", "gost2001", "", false},
	{GOST "1", "gost2012_256", "", false},
	{GOST "2", "gost2012_512", "", false},
	{X962 "3.1.1", "P-192", "prime192v1|secp192r1", false},
	{CERTICOM "33", "P-224", "secp224r1", false},
	{X962 "3.1.7", "P-256", "prime256v1|secp256r1", false},
	{CERTICOM "34", "P-384", "secp384r1", false},
	{CERTICOM "35", "P-521", "secp521r1", false},
	{CERTICOM "10", "secp256k1", "", false},
	{BRAINPOOL "7", "brainpoolP256r1", "", false},
	{BRAINPOOL "11", "brainpoolP384r1", "", false},
	{BRAINPOOL "13", "brainpoolP512r1", "", false},
	{"1.2.156.10197.1.301", "sm2", "", false},
};

static const struct oid_name usages[] = {
	{PKIX_KP "1", "serverAuth", "TLS Web Server Authentication|id-kp-serverAuth", false},
	{PKIX_KP "2", "clientAuth", "TLS Web Client Authentication|id-kp-clientAuth", false},
	{PKIX_KP "3", "codeSigning", "Code Signing|id-kp-codeSigning", false},
	{PKIX_KP "4", "emailProtection", "E-mail Protection|id-kp-emailProtection", false},
	{PKIX_KP "5", "ipsecEndSystem", "IPSec End System|id-kp-ipsecEndSystem", false},
	{PKIX_KP "6", "ipsecTunnel", "IPSec Tunnel|id-kp-ipsecTunnel", false},
	{PKIX_KP "7", "ipsecUser", "IPSec User|id-kp-ipsecUser", false},
	{PKIX_KP "8", "timeStamping", "Time Stamping|id-kp-timeStamping", false},
	{PKIX_KP "9", "OCSPSigning", "OCSP Signing|id-kp-OCSPSigning", false},
	{PKIX_KP "10", "DVCS", "id-kp-dvcs", false},
	{PKIX_KP "13", "eapOverPPP", "id-kp-eapOverPPP", false},
	{PKIX_KP "14", "eapOverLAN", "id-kp-eapOverLAN", false},
	{PKIX_KP "15", "scvpServer", "id-kp-scvpServer", false},
	{PKIX_KP "16", "scvpClient", "id-kp-scvpClient", false},
	{PKIX_KP "17", "ipsecIKE", "ipsec Internet Key Exchange|id-kp-ipsecIKE", false},
	{PKIX_KP "18", "capwapAC", "Ctrl/provision WAP Access|id-kp-capwapAC", false},
	{PKIX_KP "19", "capwapWTP", "Ctrl/Provision WAP Termination|id-kp-capwapWTP", false},
	{PKIX_KP "20", "sipDomain", "id-kp-sipDomain", false},
	{PKIX_KP "21", "secureShellClient", "SSH Client|id-kp-secureShellClient", false},
	{PKIX_KP "22", "secureShellServer", "SSH Server|id-kp-secureShellServer", false},
	{PKIX_KP "23", "sendRouter", "Send Router|id-kp-sendRouter", false},
	{PKIX_KP "24", "sendProxiedRouter", "Send Proxied Router|id-kp-sendProxiedRouter", false},
	{PKIX_KP "25", "sendOwner", "Send Owner|id-kp-sendOwner", false},
	{PKIX_KP "26", "sendProxiedOwner", "Send Proxied Owner|id-kp-sendProxiedOwner", false},
	{PKIX_KP "27", "cmcCA", "CMC Certificate Authority|id-kp-cmcCA", false},
	{PKIX_KP "28", "cmcRA", "CMC Registration Authority|id-kp-cmcRA", false},
	{PKIX_KP "29", "cmcArchive", "CMC Archive Server|id-kp-cmcArchive", false},
	{PKIX_KP "30", "id-kp-bgpsec-router", "BGPsec Router", false},
	{PKIX_KP "31", "id-kp-BrandIndicatorforMessageIdentification",
		"Brand Indicator for Message Identification", false},
	{PKIX_KP "32", "cmKGA", "Certificate Management Key Generation Authority|id-kp-cmKGA",
		false},
	{PKIX_KP "36", "documentSigning", "id-kp-documentSigning", false},
	{MICROSOFT "2.1.21", "msCodeInd", "Microsoft Individual Code Signing", false},
	{MICROSOFT "2.1.22", "msCodeCom", "Microsoft Commercial Code Signing", false},
	{MICROSOFT "10.3.1", "msCTLSign", "Microsoft Trust List Signing", false},
	{MICROSOFT "10.3.3", "msSGC", "Microsoft Server Gated Crypto", false},
	{MICROSOFT "10.3.4", "msEFS", "Microsoft Encrypted File System", false},
	{MICROSOFT "10.3.12", "msDocumentSigning", "", false},
	{MICROSOFT "20.2.2", "msSmartcardLogin", "Microsoft Smartcard Login", false},
	{"2.16.840.1.113730.4.1", "nsSGC", "Netscape Server Gated Crypto", false},
	{"1.3.6.1.5.2.3.4", "pkInitClientAuth", "PKINIT Client Auth|id-pkinit-KPClientAuth", false},
	{"1.3.6.1.5.2.3.5", "pkInitKDC", "Signing KDC Response|id-pkinit-KPKdc", false},
	{"2.5.29.37.0", "anyExtendedKeyUsage", "Any Extended Key Usage", false},
};

static const struct oid_name policies[] = {
	{"2.5.29.32.0", "anyPolicy", "X509v3 Any Policy", false},
};

_Static_assert(ARRAY_LEN(keys) <= NAMES_MAX && ARRAY_LEN(usages) <= NAMES_MAX, "NAMES_MAX");

const struct oid_names oid_keys = {keys, ARRAY_LEN(keys)};
const struct oid_names oid_usages = {usages, ARRAY_LEN(usages)};
const struct oid_names oid_policies = {policies, ARRAY_LEN(policies)};

static bool is_among(struct str text, const char *names)
{
	struct str rest = str_view(names);
	struct str name;

	while (str_split_next(&rest, '|', &name)) {
		if (name.len > 0 && str_eq_nocase(text, name)) {
			return true;
		}
	}
	return false;
}

const struct oid_name *oid_find(const struct oid_names *names, struct str text)
{
	for (size_t i = 0; i < names->count; i++) {
		const struct oid_name *row = &names->items[i];

		if (str_eq_text(text, row->oid) || str_eq_nocase(text, str_view(row->name)) ||
			is_among(text, row->others)) {
			return row;
		}
	}
	return NULL;
}

const char *oid_suggest(const struct oid_names *names, struct str text)
{
	const char *words[NAMES_MAX] = {NULL};

	for (size_t i = 0; i < names->count; i++) {
		words[i] = names->items[i].name;
	}
	return suggest(text, words, names->count);
}
