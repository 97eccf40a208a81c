/** @file Where the rules come from: studies, documentation and repositories, with links. */

export type Source = {
  readonly title: string
  readonly url: string
  /** What was read of it: the text itself, its abstract, or a text that quotes it. */
  readonly read: 'text' | 'abstract' | 'quoted'
}

export type SourceId =
  | 'ovadia'
  | 'soudani'
  | 'finetunebench'
  | 'entigraph'
  | 'agriculture'
  | 'raft'
  | 'raft-replication'
  | 'two-by-two'
  | 'gekhman'
  | 'lora-facts'
  | 'openai-tuning'
  | 'openai-accuracy'
  | 'sixty-examples'
  | 'style-experts'
  | 'style-floor'
  | 'json-schema-bench'
  | 'low-code'
  | 'self-route'
  | 'lara'
  | 'nolima'
  | 'outdated-passages'
  | 'access-training'
  | 'access-advantage'
  | 'abstention-bench'
  | 'context-reliance'
  | 'amg-thesis'
  | 'openai-sunset'
  | 'cohere-sunset'
  | 'adapter-unused'
  | 'svm-tfidf'
  | 'small-classifiers'
  | 'in-context-classifiers'
  | 'tool-or-retrieval'
  | 'cost-of-pass'
  | 'graft-estimate'

const arxiv = (id: string): string => `https://arxiv.org/abs/${id}`

export const sources: Readonly<Record<SourceId, Source>> = {
  ovadia: {
    title: 'Ovadia et al. 2024, Fine-Tuning or Retrieval? (Table 2)',
    url: arxiv('2312.05934'),
    read: 'text',
  },
  soudani: {
    title: 'Soudani et al. 2024, Fine Tuning vs. RAG for Less Popular Knowledge',
    url: arxiv('2403.01432'),
    read: 'quoted',
  },
  finetunebench: {
    title: 'FineTuneBench 2024: commercial tuning and new or changed facts',
    url: arxiv('2411.05059'),
    read: 'text',
  },
  entigraph: {
    title: 'Yang et al. 2024, Synthetic Continued Pretraining (EntiGraph)',
    url: arxiv('2409.07431'),
    read: 'quoted',
  },
  agriculture: {
    title: 'Balaguer et al. 2024, RAG vs Fine-tuning: tuning and retrieval added up in agriculture',
    url: arxiv('2401.08406'),
    read: 'abstract',
  },
  raft: {
    title: 'Zhang et al. 2024, RAFT: training with passages in the prompt',
    url: arxiv('2403.10131'),
    read: 'quoted',
  },
  'raft-replication': {
    title: 'SMU Data Science Review 8(2): RAFT repeated on newer models, without its gain',
    url: 'https://scholar.smu.edu/datasciencereview/vol8/iss2/2',
    read: 'abstract',
  },
  'two-by-two': {
    title: 'rag-vs-finetune: base, RAG, tuning and both, three seeds (a student project)',
    url: 'https://github.com/NehaBharti08/rag-vs-finetune',
    read: 'text',
  },
  gekhman: {
    title: 'Gekhman et al. 2024, Does Fine-Tuning on New Knowledge Encourage Hallucinations?',
    url: arxiv('2405.05904'),
    read: 'quoted',
  },
  'lora-facts': {
    title: 'Pletenev et al. 2025, How Much Knowledge Can You Pack into a LoRA Adapter?',
    url: arxiv('2502.14502'),
    read: 'abstract',
  },
  'openai-tuning': {
    title: 'OpenAI, guide to supervised fine-tuning: 50 to 100 examples, evaluations first',
    url: 'https://platform.openai.com/docs/guides/supervised-fine-tuning',
    read: 'text',
  },
  'openai-accuracy': {
    title: 'OpenAI, Optimizing LLM Accuracy: Icelandic correction, with and without retrieval',
    url: 'https://platform.openai.com/docs/guides/optimizing-llm-accuracy',
    read: 'quoted',
  },
  'sixty-examples': {
    title: 'Fine-tuning for question answering 2024: 60 examples suffice to learn how to answer',
    url: arxiv('2409.15825'),
    read: 'text',
  },
  'style-experts': {
    title: 'Preregistered study of 50 authors 2025: experts compare prompted and trained style',
    url: arxiv('2510.13939'),
    read: 'text',
  },
  'style-floor': {
    title: 'Study of style measures 2026: all prompting stayed below the floor',
    url: arxiv('2604.26460'),
    read: 'text',
  },
  'json-schema-bench': {
    title: 'JSONSchemaBench 2025: which schemas constrained decoding covers',
    url: arxiv('2501.10868'),
    read: 'quoted',
  },
  'low-code': {
    title: 'Small tuned models against prompted large ones on nested JSON 2025',
    url: arxiv('2505.24189'),
    read: 'text',
  },
  'self-route': {
    title: 'Li et al. 2024, Retrieval Augmented Generation or Long-Context LLMs? (Self-Route)',
    url: arxiv('2407.16833'),
    read: 'quoted',
  },
  lara: {
    title: 'LaRA 2025: retrieval and long context by model, length and kind of question',
    url: arxiv('2502.09977'),
    read: 'quoted',
  },
  nolima: {
    title: 'NoLiMa 2025: what models still find in long texts',
    url: arxiv('2502.05167'),
    read: 'quoted',
  },
  'outdated-passages': {
    title: 'HoH 2025: outdated passages beside current ones lower accuracy',
    url: arxiv('2503.04800'),
    read: 'text',
  },
  'access-training': {
    title: 'Access control in training and retrieval 2025: only deterministic filters hold',
    url: arxiv('2509.14608'),
    read: 'text',
  },
  'access-advantage': {
    title: 'Access advantage 2025: what tuned models give away across rights',
    url: arxiv('2505.22860'),
    read: 'text',
  },
  'abstention-bench': {
    title: 'AbstentionBench 2025: tuning and the ability to decline',
    url: arxiv('2506.09038'),
    read: 'text',
  },
  'context-reliance': {
    title: 'Goyal et al. 2024: use of context falls while instruction tuning goes on',
    url: arxiv('2410.10796'),
    read: 'text',
  },
  'amg-thesis': {
    title: 'rag-vs-finetuning-eval (thesis, Mercedes-AMG): which weight would turn the ranking',
    url: 'https://github.com/ceciiliaaa/rag-vs-finetuning-eval',
    read: 'text',
  },
  'openai-sunset': {
    title: 'OpenAI, deprecations: last tuning jobs on 6 January 2027',
    url: 'https://developers.openai.com/api/docs/deprecations',
    read: 'text',
  },
  'cohere-sunset': {
    title: 'Cohere, fine-tuning deprecated in September 2025',
    url: 'https://docs.cohere.com/docs/chat-fine-tuning',
    read: 'text',
  },
  'adapter-unused': {
    title: 'lm-evaluation-harness #808: a tuned model evaluated as its base',
    url: 'https://github.com/EleutherAI/lm-evaluation-harness/issues/808',
    read: 'text',
  },
  'svm-tfidf': {
    title: 'Wahba et al. 2022: a linear model over TF-IDF against pretrained language models',
    url: arxiv('2211.02563'),
    read: 'abstract',
  },
  'small-classifiers': {
    title:
      'Bucher and Martini 2024: small trained models against prompted ones; 200 to 500 examples',
    url: arxiv('2406.08660'),
    read: 'abstract',
  },
  'in-context-classifiers': {
    title: 'Edwards and Camacho-Collados 2024: is prompting enough for classification?',
    url: arxiv('2403.17661'),
    read: 'abstract',
  },
  'tool-or-retrieval': {
    title: 'Archondis 2026, Tool Use vs. RAG: a search over documents that were a day old',
    url: 'https://www.arkhamides.com/blog/tool-use-vs-rag',
    read: 'text',
  },
  'cost-of-pass': {
    title: 'Cost of a right answer, automotive 2026: retrieval is the cheapest adaptation',
    url: arxiv('2605.09533'),
    read: 'abstract',
  },
  'graft-estimate': {
    title: 'An estimate of Graft, not from a study',
    url: 'docs/guides/advise.md#estimates',
    read: 'text',
  },
}
