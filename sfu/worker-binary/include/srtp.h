#pragma once
// The part of libsrtp 3's interface that the worker calls, on Debian's libsrtp 2.
//
// What changed between the two: version 3 protects from one buffer into another and takes lengths as
// size_t, where version 2 works in place with int lengths; and version 3 builds a policy by setters on an
// opaque handle, where version 2 has an open struct that points at the caller's key.

#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Errors that only version 3 knows; version 2 never returns them.
inline constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
inline constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

namespace srtp2_shim
{
	/// Runs an in-place function of version 2 on a copy of `in` in `out`; `growth` is what it may append.
	template<typename Function>
	inline srtp_err_status_t outOfPlace(
	  Function function, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t growth)
	{
		if (inLen + growth > *outLen)
		{
			return srtp_err_status_buffer_small;
		}

		if (out != in)
		{
			std::memmove(out, in, inLen);
		}

		int length                    = static_cast<int>(inLen);
		const srtp_err_status_t error = function(static_cast<void*>(out), &length);

		*outLen = static_cast<size_t>(length);

		return error;
	}

	/// Version 2's policy and the key bytes it points at, in one object.
	struct Policy
	{
		srtp2_policy_t policy{};
		std::array<uint8_t, SRTP_MAX_KEY_LEN> key{};
	};
} // namespace srtp2_shim

using srtp_policy_t = srtp2_shim::Policy*;

// SRTCP appends its 4-byte index word besides the authentication tag.
inline constexpr size_t srtp2_shim_rtp_growth  = SRTP_MAX_TRAILER_LEN;
inline constexpr size_t srtp2_shim_rtcp_growth = SRTP_MAX_TRAILER_LEN + 4;

inline srtp_err_status_t srtp_protect(
  srtp_t ctx, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t mkiIndex)
{
	return srtp2_shim::outOfPlace(
	  [&](void* packet, int* length)
	  {
		  return mkiIndex == 0 ? srtp_protect(ctx, packet, length)
		                       : srtp_protect_mki(ctx, packet, length, 1, static_cast<unsigned>(mkiIndex));
	  },
	  in, inLen, out, outLen, srtp2_shim_rtp_growth);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t ctx, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t mkiIndex)
{
	return srtp2_shim::outOfPlace(
	  [&](void* packet, int* length)
	  {
		  return mkiIndex == 0 ? srtp_protect_rtcp(ctx, packet, length)
		                       : srtp_protect_rtcp_mki(ctx, packet, length, 1, static_cast<unsigned>(mkiIndex));
	  },
	  in, inLen, out, outLen, srtp2_shim_rtcp_growth);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t ctx, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	return srtp2_shim::outOfPlace(
	  [&](void* packet, int* length) { return srtp_unprotect(ctx, packet, length); },
	  in, inLen, out, outLen, 0);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t ctx, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen)
{
	return srtp2_shim::outOfPlace(
	  [&](void* packet, int* length) { return srtp_unprotect_rtcp(ctx, packet, length); },
	  in, inLen, out, outLen, 0);
}

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy               = new srtp2_shim::Policy;
	(*policy)->policy.key = (*policy)->key.data();

	return srtp_err_status_ok;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	explicit_bzero(policy->key.data(), policy->key.size());

	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->policy.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allowed)
{
	policy->policy.allow_repeat_tx = allowed ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t size)
{
	policy->policy.window_size = size;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	const srtp_err_status_t error =
	  srtp_crypto_policy_set_from_profile_for_rtp(&policy->policy.rtp, profile);

	return error != srtp_err_status_ok
	         ? error
	         : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->policy.rtcp, profile);
}

/// Version 2 wants the master key and its salt in one run of bytes.
inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t /*mkiLen*/)
{
	if (keyLen + saltLen > policy->key.size())
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(policy->key.data(), key, keyLen);
	std::memcpy(policy->key.data() + keyLen, salt, saltLen);

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	return srtp_create(session, &policy->policy);
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}
