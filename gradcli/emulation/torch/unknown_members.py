"""What PyTorch's tensors and modules have that is not known here: a script that asks for it is told so."""

_WORDS = """
H addbmm addcdiv addmv addr adjoint aminmax angle apply_ argwhere as_strided as_strided_scatter as_subclass baddbmm bernoulli
bfloat16 bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor byte cauchy_ ccol_indices
cdouble cfloat chalf char cholesky cholesky_inverse cholesky_solve coalesce col_indices conj conj_physical const_data_ptr
corrcoef cov crow_indices cuda data_ptr dense_dim dequantize diag_embed diagflat diagonal_scatter diff dim_order dsplit eig
element_size exponential_ fill_diagonal_ fix fliplr flipud float_power frexp gcd geometric_ geqrf ger get_device grad_dtype
half hash_tensor heaviside histc histogram hsplit igamma igammac imag index index_add index_copy index_fill index_put
index_reduce indices int_repr ipu is_coalesced is_complex is_conj is_cpu is_cuda is_distributed is_inference is_ipu is_maia
is_meta is_mkldnn is_mps is_mtia is_neg is_nested is_nonzero is_pinned is_quantized is_same_size is_set_to is_shared
is_signed is_sparse is_sparse_csr is_vulkan is_xla is_xpu isneginf isposinf isreal istft itemsize kthvalue layout lcm ldexp
log_normal_ logaddexp2 logical_xor lstsq lu lu_solve mH map2_ map_ masked_scatter mode module_load msort mtia multinomial
mvlgamma name nanmean nanquantile nansum narrow_copy nbytes ndimension new new_empty new_empty_strided new_full new_ones
new_tensor new_zeros nextafter nonzero_static orgqr ormqr output_nr pin_memory pinverse positive put q_per_channel_axis
q_per_channel_scales q_per_channel_zero_points q_scale q_zero_point qr qscheme quantile random_ real record_stream
register_post_accumulate_grad_hook reinforce renorm resize resize_as resize_as_sparse_ resolve_conj resolve_neg rot90
row_indices scatter_add scatter_reduce select_scatter set_ share_memory_ short signbit slice_inverse slice_scatter slogdet
smm solve sparse_dim sparse_mask sparse_resize_ sparse_resize_and_clear_ split_with_sizes sspaddmm stft storage
storage_offset storage_type svd swapdims symeig take_along_dim tensor_split to_dense to_mkldnn to_padded_tensor to_sparse
to_sparse_bsc to_sparse_bsr to_sparse_coo to_sparse_csc to_sparse_csr triangular_solve unflatten unfold unique_consecutive
unsafe_chunk unsafe_split unsafe_split_with_sizes untyped_storage values volatile vsplit xpu
"""

UNKNOWN_MEMBERS = frozenset(_WORDS.split())
"""The public attributes and methods of ``torch.Tensor`` in PyTorch 2.13.0; of those that end with ``_`` the ones without it."""


def is_member(name: str) -> bool:
    """Whether PyTorch's tensors have an attribute or method that is not known here."""
    return name in UNKNOWN_MEMBERS or name.removesuffix("_") in UNKNOWN_MEMBERS or name.startswith("__")


_OF_MODULES = """
bfloat16 compile cuda double float get_buffer get_extra_state get_parameter get_submodule half ipu mtia register_backward_hook
register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook
register_load_state_dict_pre_hook register_module register_state_dict_post_hook register_state_dict_pre_hook set_extra_state
set_submodule share_memory to_empty type xpu
"""

UNKNOWN_OF_MODULES = frozenset(_OF_MODULES.split())
"""The public methods of ``torch.nn.Module`` in PyTorch 2.13.0 that are not known here."""
