# What Julia's library lacks, or has with errors in place of values.

# A value of a function; no number where it is outside of the function's domain.
function inside(f, x...)
    try
        return f(x...)
    catch error
        error isa DomainError || rethrow()
        return NaN
    end
end

# The value in the middle, the lower one of two; no number where any is none.
function median_of(values...)
    return any(isnan, values) ? NaN : sort([values...])[div(length(values) + 1, 2)]
end
