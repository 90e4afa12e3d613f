"""The sidebar: start and watch a training, judge its result, switch networks; and who may do so."""
