//! Files of proofs, as they come from somebody else.

use annals_proof::Proof;

/// Reads a proof, checks it, and holds that it is the same when it is written again.
pub fn target(bytes: &[u8]) {
    let proof = match Proof::from_json(bytes) {
        Ok(proof) => proof,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let again = proof
        .to_json()
        .map(|json| Proof::from_json(json.as_bytes()));
    assert!(
        matches!(again, Ok(Ok(again)) if again == proof),
        "{proof:?}"
    );
    let heads = proof.heads();
    if let Err(wrong) = proof.check(&heads) {
        assert!(!wrong.to_string().is_empty());
        assert!(proof.check(&[]).is_err(), "it holds if nobody is trusted");
    }
}
