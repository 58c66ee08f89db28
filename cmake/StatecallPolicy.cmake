# spl_add_policy(): see backend-cpp
