// SM2, SM3 and SM4 by sm-crypto, for tests of ours: node sm-crypto.js VERB HEX...
const { sm2, sm3, sm4 } = require('sm-crypto')

const bytes = (hex) => Array.from(Buffer.from(hex, 'hex'))
const [verb, ...given] = process.argv.slice(2)

const verbs = {
  sm3: (data) => sm3(bytes(data)),
  'sm2-sign': (key, data) => sm2.doSignature(bytes(data), key, { hash: true, der: true }),
  'sm2-verify': (key, data, signature) =>
    String(sm2.doVerifySignature(bytes(data), signature, key, { hash: true, der: true })),
  'sm4-ecb': (key, data) => sm4.encrypt(bytes(data), key, { mode: 'ecb', padding: 'none' }),
}

console.log(verbs[verb](...given))
