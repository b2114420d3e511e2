% What MATLAB lacks, or has with other values.

% One of two values.
function result = choose(test, a, b)
  if test
    result = a;
  else
    result = b;
  end
end

% No number where a value is complex.
function result = real_or_nan(value)
  if isreal(value)
    result = value;
  else
    result = NaN;
  end
end

% a^b; no number for a root of a negative one.
function result = raised(a, b)
  if a == 1 || (a < 0 && floor(b) == b)
    result = abs(a)^b;
    if a == 1
      result = 1;
    elseif abs(rem(b, 2)) == 1
      result = -result;
    end
  else
    result = real_or_nan(a^b);
  end
end

% The rest of a by b, with the sign of a.
function result = rest(a, b)
  result = rem(a, b);
  if isinf(b) && ~isinf(a)
    result = a;
  end
end

% The size of a with the sign of b, also that of a zero.
function result = copy_sign(a, b)
  if b < 0 || (b == 0 && 1/b < 0)
    result = -abs(a);
  else
    result = abs(a);
  end
end

% The nearest integer; halves go to the even one.
function result = round_half_even(x)
  result = round(x);
  if abs(x - fix(x)) == 0.5
    result = 2*round(x/2);
  end
end

% The value in the middle, the lower one of two; no number where any is none.
function result = median_of(values)
  sorted = sort(values);
  result = sorted(floor((numel(values) + 1)/2));
  if any(isnan(values))
    result = NaN;
  end
end
