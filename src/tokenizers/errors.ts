/** @file Error codes of tokenizers and chat templates. */
import { GraftError } from '../errors.ts'

export type TokenizerErrorCode =
  // loading
  | 'tokenizer_missing'
  | 'tokenizer_invalid'
  // text
  | 'unencodable_text'
  | 'offsets_unavailable'
  // training a vocabulary
  | 'invalid_vocabulary_size'
  | 'not_enough_text'
  // chat templates
  | 'template_missing'
  | 'template_invalid'
  | 'template_rejected'
  | 'template_without_end_of_turn'
  | 'invalid_message'
  | 'special_token_in_message'
  // training text
  | 'nothing_trained'
  | 'doubled_bos'
  | 'prefix_mismatch'
  | 'turn_rewritten'
  | 'end_of_turn_untrained'

export class TokenizerError extends GraftError<TokenizerErrorCode> {}
