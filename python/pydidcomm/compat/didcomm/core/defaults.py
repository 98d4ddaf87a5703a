"""The default algorithms; pydidcomm itself has another default for anoncrypt."""

from pydidcomm.compat.didcomm.common.algorithms import AnonCryptAlg, AuthCryptAlg

__all__ = ["DEF_ENC_ALG_ANON", "DEF_ENC_ALG_AUTH"]

DEF_ENC_ALG_AUTH = AuthCryptAlg.A256CBC_HS512_ECDH_1PU_A256KW
DEF_ENC_ALG_ANON = AnonCryptAlg.XC20P_ECDH_ES_A256KW
